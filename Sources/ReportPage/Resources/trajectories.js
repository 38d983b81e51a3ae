// trajectories
