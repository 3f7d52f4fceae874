"""Hugging Face's `glue` data set, made of files in GLUE's official form: its columns, its integers for labels, its splits and its layouts.

What it knows of `glue` is from that data set's card and loading script (nyu-mll/glue): labels are integers in the order of the names below,
−1 in test sets; STS-B's score is a 32-bit float; MRPC's test set has its labels.
"""

import pathlib

import datasets

NLI = ["entailment", "neutral", "contradiction"]
PLAIN = {"train": "train", "validation": "dev", "test": "test"}
MATCHED = {
    "train": "train",
    "validation_matched": "dev_matched",
    "validation_mismatched": "dev_mismatched",
    "test_matched": "test_matched",
    "test_mismatched": "test_mismatched",
}

# By configuration: GLUE's folder; its files by the hub's splits; the hub's columns and GLUE's; names of the classes, and GLUE's spelling
# of them where it has another.
CONFIGS = {
    "cola": ("CoLA", PLAIN, {"sentence": "sentence"}, ["unacceptable", "acceptable"], ["0", "1"]),
    "sst2": ("SST-2", PLAIN, {"sentence": "sentence"}, ["negative", "positive"], ["0", "1"]),
    "mrpc": ("MRPC", PLAIN, {"sentence1": "#1 String", "sentence2": "#2 String"}, ["not_equivalent", "equivalent"], ["0", "1"]),
    "stsb": ("STS-B", PLAIN, {"sentence1": "sentence1", "sentence2": "sentence2"}, None, None),
    "qqp": ("QQP", PLAIN, {"question1": "question1", "question2": "question2"}, ["not_duplicate", "duplicate"], ["0", "1"]),
    "mnli": ("MNLI", MATCHED, {"premise": "sentence1", "hypothesis": "sentence2"}, NLI, NLI),
    "qnli": ("QNLI", PLAIN, {"question": "question", "sentence": "sentence"}, ["entailment", "not_entailment"], None),
    "rte": ("RTE", PLAIN, {"sentence1": "sentence1", "sentence2": "sentence2"}, ["entailment", "not_entailment"], None),
    "wnli": ("WNLI", PLAIN, {"sentence1": "sentence1", "sentence2": "sentence2"}, ["not_entailment", "entailment"], ["0", "1"]),
    "ax": ("diagnostic", {"test": "diagnostic"}, {"premise": "sentence1", "hypothesis": "sentence2"}, NLI, NLI),
}
LABELS = {"mrpc": "Quality", "stsb": "score", "qqp": "is_duplicate", "mnli": "gold_label"}
COLA_WITHOUT_HEADER = ["source", "label", "mark", "sentence"]


def read_split(glue: pathlib.Path, config: str, split: str, rows: int | None = None) -> datasets.Dataset:
    """The split as the hub has it; its first rows only where `rows` says so."""
    folder, files, columns, names, spelling = CONFIGS[config]
    text = (glue / folder / f"{files[split]}.tsv").read_text("utf-8")
    table = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    header = COLA_WITHOUT_HEADER if config == "cola" and split != "test" else table.pop(0)
    table = table[:rows]

    data = {name: [row[header.index(column)] for row in table] for name, column in columns.items()}
    if names is None:
        kind = datasets.Value("float32")
        data["label"] = [-1.0 if split == "test" else float(row[header.index(LABELS[config])]) for row in table]
    else:
        kind = datasets.ClassLabel(names=names)
        data["label"] = [label_of(config, split, spelling or names, header, row) for row in table]
    data["idx"] = list(range(len(table)))
    text_features = dict.fromkeys(columns, datasets.Value("string"))
    return datasets.Dataset.from_dict(data, features=datasets.Features(**text_features, label=kind, idx=datasets.Value("int32")))


def label_of(config: str, split: str, spelling: list[str], header: list[str], row: list[str]) -> int:
    if split.startswith("test"):
        return 1 if config == "mrpc" else -1
    return spelling.index(row[header.index(LABELS.get(config, "label"))])


def read_config(glue: pathlib.Path, config: str, rows: int | None = None) -> datasets.DatasetDict:
    return datasets.DatasetDict({split: read_split(glue, config, split, rows) for split in CONFIGS[config][1]})


def write_repository(folder: pathlib.Path, configs: dict[str, datasets.DatasetDict], train_shards: int) -> None:
    """As the hub's repository: Parquet shards in a folder for each configuration, and a README that lists them."""
    listed = []
    for config, splits in configs.items():
        (folder / config).mkdir(parents=True, exist_ok=True)
        entries = []
        for split, rows in splits.items():
            shards = train_shards if split == "train" else 1
            for index in range(shards):
                name = f"{split}-{index:05}-of-{shards:05}.parquet"
                rows.shard(shards, index, contiguous=True).to_parquet(folder / config / name)
            entries.append(f"  - split: {split}\n    path: {config}/{split}-*\n")
        listed.append(f"- config_name: {config}\n  data_files:\n{''.join(entries)}")
    (folder / "README.md").write_text(f"---\nconfigs:\n{''.join(listed)}---\n", "utf-8")


def write_saved(folder: pathlib.Path, configs: dict[str, datasets.DatasetDict], train_shards: int) -> None:
    """As `save_to_disk` has it: Arrow streams in a folder for each split."""
    for config, splits in configs.items():
        splits.save_to_disk(folder / config, num_shards={split: train_shards if split == "train" else 1 for split in splits})


def write_cache(folder: pathlib.Path, repository: pathlib.Path, configs: list[str]) -> pathlib.Path:
    """As the library's cache has it after `load_dataset`, named as the repository's folder. Returns its folder there."""
    for config in configs:
        datasets.load_dataset(str(repository), config, cache_dir=str(folder))
    return folder / repository.name
