"""Write datapackage.json and the tables of data/README.md anew from the schema: ``python -m qiyou.data``."""

from qiyou.data import root
from qiyou.data.schema import write_descriptor, write_dictionary

if __name__ == "__main__":
    for path in (write_descriptor(root()), write_dictionary(root())):
        print(f"data/{path.name} written")
