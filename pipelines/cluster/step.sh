# Where a step's files are, for the scripts beside this one: `source step.sh STEP`. Settings come from the environment, as
# pipelines/cluster.mk exports them.
step=$1
folder=$RUN_FOLDER/$(printf 'step-%04d' "$step")
policy=$POLICY
if ((step > 1)); then policy=$RUN_FOLDER/$(printf 'step-%04d' $((step - 1)))/policy; fi
# In the order that `make SHARDS=n` puts them together in.
judged_shards=()
for ((shard = 1; shard <= SHARDS; shard++)); do
  judged_shards+=("$folder/judged.jsonl.zst.$shard-of-$SHARDS")
done
mkdir -p "$folder"
