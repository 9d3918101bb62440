"""Run by the Python that rp2 is installed in.

rp2_child.py write ROWS.json LEDGER.ods   writes rp2's spreadsheet: a sheet an asset, a table of what comes in and one of what goes out
rp2_child.py gains CONFIG.ini LEDGER.ods METHOD   rp2's own reading and computation without its reports: seconds of processor
    time, and the gain of every taxable event
"""

import json
import sys
import time

COLUMNS = 13


def write(rows_file, ods_file):
    import ezodf

    with open(rows_file, encoding="utf-8") as file:
        assets = json.load(file)
    document = ezodf.newdoc(doctype="ods", filename=ods_file)
    for asset, tables in assets.items():
        lines = []
        for name in ("in", "out"):
            lines += [[name.upper()], ["header"], *tables[name], ["TABLE END"], []]
        sheet = ezodf.Sheet(asset, size=(len(lines), COLUMNS))
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if value is not None:
                    sheet[row, column].set_value(value)
        document.sheets += sheet
    document.save()


def gains(config_file, ods_file, method):
    from importlib import import_module

    from prezzemolo.avl_tree import AVLTree
    from rp2.accounting_engine import AccountingEngine
    from rp2.configuration import Configuration
    from rp2.ods_parser import open_ods, parse_ods
    from rp2.plugin.country.us import US
    from rp2.tax_engine import compute_tax

    configuration = Configuration(config_file, US(), allow_negative_balances=True)
    methods = AVLTree()
    methods.insert_node(1970, import_module(f"rp2.plugin.accounting_method.{method}").AccountingMethod())
    engine = AccountingEngine(years_2_methods=methods)

    start = time.process_time()
    handle = open_ods(configuration=configuration, input_file_path=ods_file)
    inputs = [parse_ods(configuration, asset, handle) for asset in sorted(configuration.assets)]
    read = time.process_time()
    computed = [compute_tax(configuration, engine, data) for data in inputs]
    done = time.process_time()

    events = {}
    for data in computed:
        for gain in data.gain_loss_set:
            event = gain.taxable_event
            # The fee that rp2 takes out of a purchase has the purchase's id.
            key = f"{event.unique_id} {'earn' if gain.acquired_lot is None else 'gain'}"
            events[key] = gain.fiat_gain + events[key] if key in events else gain.fiat_gain
    document = {
        "readSeconds": read - start,
        "computeSeconds": done - read,
        "events": {key: format(value, "f") for key, value in events.items()},
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    {"write": write, "gains": gains}[sys.argv[1]](*sys.argv[2:])
