"""Writes events.tfrecord with TensorBoard's own protobuf messages and record writer. See RECIPE.md."""

from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(step, values):
    return event_pb2.Event(wall_time=12.5, step=step, summary=summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values]))


with Path(__file__).with_name("events.tfrecord").open("wb") as file:
    writer = RecordWriter(file)
    for event in (
        event_pb2.Event(wall_time=12.5, file_version="brain.Event:2"),
        scalars(1, [("train/accuracy", 0.25), ("train/entropy", -1.5)]),
        scalars(200, [("eval/größe", 3e10)]),
    ):
        writer.write(event.SerializeToString())
    writer.flush()
