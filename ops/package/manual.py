"""Writes the manual pages of a program from its own description (`--experimental-dump-help`).

    python3 ops/package/manual.py PROGRAM FOLDER

A page for the program and one for each of its commands, `occ-scheduler-run.1` as `git-log.1`. SOURCE_DATE_EPOCH and OCC_VERSION are what
the pages say of themselves.
"""

import json
import os
import re
import subprocess
import sys
import time


def escaped(text):
    """Text that troff prints as it is, on one line; hyphens stay those that people type."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def prose(text):
    """Lines of a discussion: each begins anew; those laid out in columns keep their blanks."""
    for line in (text or "").splitlines():
        if not line.strip():
            yield ".PP"
        elif re.search(r"\S {2,}\S", line):
            cells = re.split(r" {2,}", line.strip())
            yield ".br\n" + "\\ \\ \\ ".join(escaped(cell) for cell in cells)
        else:
            yield ".br\n" + escaped(line)


def names(argument):
    """The ways to write an option: -o, --output."""
    return ["-" * (1 if name["kind"] == "short" else 2) + name["name"] for name in argument.get("names", [])]


def label(argument, all_names=True):
    """An argument as it is typed."""
    value = "\\fI" + escaped(argument.get("valueName", "value")) + "\\fR"
    if argument["kind"] == "positional":
        return value + (" ..." if argument["isRepeating"] else "")
    shown = names(argument) if all_names else names(argument)[-1:]
    text = ", ".join("\\fB" + escaped(name) + "\\fR" for name in shown)
    return text + (" " + value if argument["kind"] == "option" else "")


def page(path, command, date, version, commands):
    """One manual page."""
    name = "-".join(path)
    arguments = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    needed = [label(argument, False) for argument in arguments if not argument["isOptional"]]
    optional = [argument for argument in arguments if argument["isOptional"]]
    lines = [
        f'.TH {name.upper()} 1 {date} "occ {version}" "occ"',
        ".ad l",
        ".nh",
        ".SH NAME",
        f"{escaped(name)} \\- {escaped(command.get('abstract', '').rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {escaped(' '.join(path))}",
        " ".join(needed + ["[options]" if optional else ""] + ["command ..." if commands else ""]).strip() or "\\&",
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", *prose(command["discussion"])]
    if commands:
        lines.append(".SH COMMANDS")
        default = command.get("defaultSubcommand")
        for sub in commands:
            note = " Where no command is given, this one is meant." if sub["commandName"] == default else ""
            lines += [".TP", f"\\fB{escaped(name + '-' + sub['commandName'])}\\fR(1)", escaped(sub["abstract"] + note)]
    if arguments:
        lines.append(".SH OPTIONS")
    for argument in arguments:
        text = argument.get("abstract", "")
        if argument.get("defaultValue") and argument["kind"] != "flag":
            text += f" Default: {argument['defaultValue']}."
        lines += [".TP", label(argument), escaped(text) or "\\&"]
        lines += prose(argument.get("discussion"))
    if len(path) > 1:
        lines += [".SH SEE ALSO", f".BR {escaped(path[0])} (1)"]
    return "\n".join(lines) + "\n"


def main():
    program, folder = sys.argv[1:]
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True)
    described = json.loads(dump.stdout)
    if described["serializationVersion"] != 0:
        sys.exit(f"{program} describes itself in version {described['serializationVersion']}, of which this script knows nothing")
    command = described["command"]
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    name = command["commandName"]
    commands = [sub for sub in command["subcommands"] if sub["shouldDisplay"] and sub["commandName"] != "help"]
    pages = [([name], command, commands)] + [([name, sub["commandName"]], sub, []) for sub in commands]
    for path, described, below in pages:
        with open(os.path.join(folder, "-".join(path) + ".1"), "w", encoding="utf-8") as file:
            file.write(page(path, described, date, os.environ["OCC_VERSION"], below))


if __name__ == "__main__":
    main()
