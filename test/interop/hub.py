"""data/mini-glue as Hugging Face's `glue`, by its own library, in each of its layouts, and a table of people's own by pyarrow."""

import pathlib

import datasets
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
from glue_on_hub import CONFIGS, read_config, write_cache, write_repository, write_saved
from peer import serve


def write_table(folder, rows):
    """In every codec, page version and string type that Parquet has and this library reads, and as Arrow file and stream."""
    folder.mkdir()
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    large = table.set_column(0, "text", table["text"].cast(pa.large_string()))
    dictionary = table.set_column(0, "text", table["text"].dictionary_encode())
    options = {"row_group_size": 700, "data_page_size": 4000}
    for codec in ("none", "snappy", "gzip", "brotli", "lz4", "zstd"):
        parquet.write_table(table, folder / f"{codec}.parquet", compression=codec, **options)
        parquet.write_table(
            large, folder / f"{codec}-v2.parquet", compression=codec, data_page_version="2.0", use_dictionary=False, **options
        )
    parquet.write_table(table, folder / "indexed.parquet", write_page_index=True, data_page_size=4000)
    parquet.write_table(table, folder / "delta.parquet", use_dictionary=False, column_encoding={"text": "DELTA_BYTE_ARRAY"})
    for name, each in (("plain", table), ("large", large), ("dictionary", dictionary)):
        feather.write_feather(each, folder / f"{name}-file.arrow", compression="uncompressed", chunksize=700)
        with pa.ipc.new_stream(folder / f"{name}-stream.arrow", each.schema) as writer:
            writer.write_table(each, max_chunksize=700)
    return sorted(path.name for path in folder.iterdir())


def answer(request, folder):
    datasets.disable_progress_bars()
    configs = {config: read_config(pathlib.Path(request["glue"]), config) for config in CONFIGS}
    write_repository(folder / "glue", configs, train_shards=3)
    write_saved(folder / "saved", configs, train_shards=4)
    cache = write_cache(folder / "cache", folder / "glue", list(CONFIGS))
    layouts = {"the hub's Parquet": "glue", "save_to_disk": "saved", "the library's cache": str(cache.relative_to(folder))}
    return {"layouts": layouts, "tables": write_table(folder / "tables", request["rows"])}


serve(answer)
