#!/usr/bin/env python3
"""Times reel and PyTorch in turns on this machine, and writes docs/benchmarks.md with a picture.

Usage: bench/compare.py [--rounds N] [--budget SECONDS] [--only REGEX] [--quick] [--python PYTHON] [--from-json FILE]

Each round goes through the cases, a network or a few operations at a time, which every program runs one after the other; a
result is the median of the rounds. The peer is PyTorch in its best mode for the case: eager, channels-last, torch.compile,
libtorch, and eager and channels-last once more with an allocator that keeps its memory and with pinned threads ("tuned").
Results replace those of the same processor; those of others, and what the report says beside, are left alone.
Memory is the most that a process holds while it trains, beyond what it held before the network was made and without the files
that it maps.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / 'build/release'
REPORT = ROOT / 'docs/benchmarks.md'
TORCH = '2.15'
TUNED = {'GLIBC_TUNABLES': 'glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296:'
                           'glibc.malloc.top_pad=268435456', 'OMP_PROC_BIND': 'true'}
OPERATION = re.compile('^(conv[123]d|linear|[a-z]+norm|relu|sigmoid|maxpool)')
BEGIN, END = '<!-- results: written by bench/compare.py -->', '<!-- end of results -->'

# Ratio to the peer that is aimed at, by case; milliseconds for what has a time of its own to keep.
NETWORK_RATIO, MEAN_RATIO = 2.0, 4.0
RATIOS = {'vggsmall_b32': 1.7, 'lenet5_b1': 10, 'mlp_b8': 10}
TIMES = {('lenet5_b1', 'ms'): 0.120, ('mlp_b8', 'ms'): 0.025, ('relu_tiny', 'fwdbwd_ms'): 0.0006,
         ('linear_tiny', 'fwdbwd_ms'): 0.0015, ('conv2d_tiny', 'fwdbwd_ms'): 0.002,
         ('batchnorm_tiny', 'fwdbwd_ms'): 0.002}


def python_with_torch(given):
    """The interpreter to run PyTorch with: the given one, or that of a virtual environment made here."""
    if given:
        return given
    home = ROOT / 'build/bench-venv'
    python = home / 'bin/python'
    if not python.exists():
        subprocess.run([sys.executable, '-m', 'venv', home], check=True)
        subprocess.run([python, '-m', 'pip', 'install', '--quiet', f'torch=={TORCH}', 'numpy', 'matplotlib'], check=True)
    return str(python)


def build(python):
    """Builds reel_bench, and torch_bench against the interpreter's libtorch."""
    place = subprocess.run([python, '-c', 'import torch; print(torch.__path__[0])'], check=True, capture_output=True,
                           text=True).stdout.strip()
    if not (BUILD / 'CMakeCache.txt').exists():
        subprocess.run([ROOT / 'scripts/build', 'reel_bench'], check=True)
    subprocess.run(['cmake', BUILD, f'-DREEL_BENCH_LIBTORCH={place}'], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(['cmake', '--build', BUILD, '--target', 'reel_bench', 'torch_bench'], check=True,
                   stdout=subprocess.DEVNULL)


def programs(python, quick):
    """Name, command and environment of everything that is timed; if quick, only of the modes that are usually best."""
    peer = [python, str(ROOT / 'bench/pytorch_bench.py'), '--mode']
    yield 'reel', [str(BUILD / 'bin/reel_bench'), '--json'], {}
    yield 'eager, tuned', [*peer, 'eager'], TUNED
    yield 'channels-last, tuned', [*peer, 'channels_last'], TUNED
    yield 'libtorch', [str(BUILD / 'bin/torch_bench')], {}
    if quick:
        return
    yield 'eager', [*peer, 'eager'], {}
    yield 'channels-last', [*peer, 'channels_last'], {}
    yield 'libtorch channels-last', [str(BUILD / 'bin/torch_bench'), '--channels-last'], {}
    yield 'compile', [*peer, 'compile'], {}


def run(command, environment, threads, args, only):
    """The rows that a program prints, as far as it got in its time."""
    command = [*command, '--threads', str(threads), '--budget', str(args.budget), '--only', only]
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    timer = threading.Timer(args.time_limit, process.kill)
    timer.start()
    out, _ = process.communicate()
    timer.cancel()
    return [json.loads(line) for line in out.decode().splitlines() if line.startswith('{') and line.endswith('}')]


def groups_of(only):
    """The names of a network, or of a few operations, at a time."""
    names = subprocess.run([BUILD / 'bin/reel_bench', '--list', '--only', only], check=True, capture_output=True,
                           text=True).stdout.split()
    operations = [n for n in names if OPERATION.match(n)]
    groups = [[n] for n in names if n not in operations] + [operations[i:i + 6] for i in range(0, len(operations), 6)]
    return [group for group in groups if group]


def collect(args, python):
    """times[threads][case][field][program]: a list of milliseconds, or of bytes for the field 'memory'."""
    times = {}
    for number in range(args.rounds):
        for threads in args.threads:
            for group in groups_of(args.only):
                print(f'round {number + 1}, {threads} threads: {" ".join(group)}', file=sys.stderr)
                only, network = '^(' + '|'.join(group) + ')$', not OPERATION.match(group[0])
                for name, command, environment in programs(python, args.quick):
                    # Compiling takes half a minute a network and makes single operations no faster.
                    if name == 'compile' and (not network or number > 0):
                        continue
                    for row in run(command, environment, threads, args, only):
                        case = times.setdefault(str(threads), {}).setdefault(row['case'], {})
                        for field, value in row.items():
                            if field in ('ms', 'fwd_ms', 'fwdbwd_ms', 'memory'):
                                case.setdefault(field, {}).setdefault(name, []).append(value)
    return times


def machine(python):
    cpu = next(line.split(':')[1].strip() for line in open('/proc/cpuinfo') if line.startswith('model name'))
    version = subprocess.run([python, '-c', 'import torch; print(torch.__version__)'], capture_output=True,
                             text=True).stdout.strip()
    commit = subprocess.run(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'], capture_output=True,
                            text=True).stdout.strip()
    rows = run([str(BUILD / 'bin/reel_bench'), '--json'], {}, 1,
               argparse.Namespace(budget=0.2, time_limit=60), '^conv2d_64_64|^relu_6M')
    peak = next((r['fwd_gflops'] / r['fwd_peak_share'] for r in rows if 'fwd_peak_share' in r), 0)
    triad = next((r['fwd_gbs'] / r['fwd_triad_share'] for r in rows if 'fwd_triad_share' in r), 0)
    return {'cpu': cpu, 'cores': os.cpu_count(), 'torch': version, 'commit': commit,
            'date': datetime.date.today().isoformat(), 'peak': peak, 'triad': triad}


def compared(times, threads, case, field):
    """reel's milliseconds, the peer's best, its mode, and the ratio."""
    results = {name: statistics.median(values) for name, values in times[threads][case][field].items()}
    own = results.pop('reel', None)
    if own is None or not results:
        return None
    mode = min(results, key=results.get)
    return own, results[mode], mode, results[mode] / own


def shown(milliseconds):
    return f'{milliseconds:.3g}' if milliseconds >= 0.1 else f'{milliseconds * 1000:.3g} us'


def table(times, title, fields):
    """A table of all cases that have these fields, at each number of threads."""
    threads = sorted(times)
    cases = [c for c in times[threads[-1]] if fields[0][0] in times[threads[-1]][c]]
    if not cases:
        return []
    head, rule = f'| {title} |', '|---|'
    for n in threads:
        for _, label in fields:
            head += f' {label}{n} thr: reel | peer | ratio |'
            rule += '--:|--:|--:|'
    lines = [head, rule]
    for case in cases:
        line = f'| {case} |'
        for n in threads:
            for field, _ in fields:
                result = compared(times, n, case, field)
                line += f' {shown(result[0])} | {shown(result[1])} ({result[2]}) | {result[3]:.2f} |' if result else ' | | |'
        lines.append(line)
    return lines


def memory_compared(times):
    """Of each network (case, own, peer, mode): megabytes held while it trains."""
    for case, fields in times[max(times)].items():
        held = {name: statistics.median(values) / 1e6 for name, values in fields.get('memory', {}).items()}
        own = held.pop('reel', None)
        if own is None or not held:
            continue
        mode = min(held, key=held.get)
        yield case, own, held[mode], mode


def memory_table(times):
    lines = [f'| {case} | {own:.3g} | {peer:.3g} ({mode}) | {peer / max(own, 0.1):.2f} |'
             for case, own, peer, mode in memory_compared(times)]
    return lines and ['| memory held by a step, MB | reel | peer | ratio |', '|---|--:|--:|--:|'] + lines


def mean_ratio(times, threads, field):
    ratios = [compared(times, threads, c, field) for c in times[threads] if field in times[threads][c]]
    ratios = [r[3] for r in ratios if r]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 0


def missed(times):
    """The targets that this run did not meet."""
    threads = sorted(times)[-1]
    for case, fields in times[threads].items():
        if 'ms' not in fields or not (result := compared(times, threads, case, 'ms')):
            continue
        wanted = RATIOS.get(case, NETWORK_RATIO)
        if result[3] < wanted:
            yield f'{case}: {result[3]:.2f} times as fast as PyTorch; {wanted:g} was aimed at'
    mean = mean_ratio(times, threads, 'ms')
    if 0 < mean < MEAN_RATIO:
        yield f'networks, geometric mean: {mean:.2f}; {MEAN_RATIO:g} was aimed at'
    one = sorted(times)[0]
    for (case, field), limit in TIMES.items():
        if case in times[one] and (result := compared(times, one, case, field)) and result[0] > limit:
            yield f'{case}: {shown(result[0])}; {shown(limit)} was aimed at'
    for case, own, peer, mode in memory_compared(times):
        if own > peer:
            yield f'{case}: {own:.3g} MB held; below the {peer:.3g} of PyTorch ({mode}) was aimed at'


def picture_of(cpu):
    words = re.sub(r'\(\w+\)', '', cpu).lower()
    return f"benchmarks-{re.sub('[^a-z0-9]+', '-', words).strip('-')}.png"


def draw(times, about):
    """A bar a case: how many times faster reel is than PyTorch's best mode."""
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    threads = sorted(times)[-1]
    bars = [(f'{case}{label}', result[3]) for case, fields in times[threads].items()
            for field, label in (('ms', ''), ('fwdbwd_ms', ''))
            if field in fields and (result := compared(times, threads, case, field))]
    bars.reverse()
    figure, axes = plt.subplots(figsize=(8, 0.26 * len(bars) + 1))
    axes.barh([b[0] for b in bars], [b[1] for b in bars], color=['#2a7' if b[1] >= 1 else '#c54' for b in bars])
    for i, (_, ratio) in enumerate(bars):
        axes.text(ratio * 1.03, i, f'{ratio:.2f}', va='center', fontsize=8)
    axes.axvline(1, color='black', linewidth=0.8)
    axes.set_xscale('log')
    axes.set_xlim(right=axes.get_xlim()[1] * 1.5)
    axes.set_xlabel(f"PyTorch's best mode / reel, {threads} threads: networks a training step, operations forward + backward")
    axes.xaxis.label.set_fontsize(8)
    axes.tick_params(axis='y', labelsize=8)
    figure.tight_layout()
    figure.savefig(REPORT.parent / picture_of(about['cpu']), dpi=110)


def report(times, about):
    threads = sorted(times)
    lines = [about['cpu'], '', f"{about['date']}, commit {about['commit']}: {about['cores']} cores, multiply-adds at "
             f"{about['peak']:.0f} GFLOP/s and triad at {about['triad']:.0f} GB/s on one thread, PyTorch {about['torch']}. "
             'Milliseconds unless said otherwise, medians; the peer is PyTorch in its best mode, which is named; '
             'the ratio is peer / reel.', '', f"![ratios]({picture_of(about['cpu'])})", '']
    lines += table(times, 'training step', [('ms', '')]) + ['']
    for n in threads:
        lines.append(f"Geometric mean of the networks, {n} threads: {mean_ratio(times, n, 'ms'):.2f}.")
    lines += [''] + table(times, 'operation, forward', [('fwd_ms', '')]) + ['']
    lines += table(times, 'operation, forward + backward', [('fwdbwd_ms', '')]) + ['']
    lines += memory_table(times) + ['']
    if failed := [f'- {line}' for line in missed(times)]:
        lines += ['Targets missed in this run:', '', *failed]
    else:
        lines.append('This run misses no target of the networks and tiny operations.')
    text = REPORT.read_text() if REPORT.exists() else f'# Benchmarks\n\n{BEGIN}\n{END}\n'
    before, rest = text.split(BEGIN)
    results, after = rest.split(END)
    # A section a processor, the newest first.
    others = [section.strip() for section in results.split('\n## ')[1:] if section.split('\n')[0] != about['cpu']]
    sections = '\n\n## '.join(['\n'.join(lines), *others])
    REPORT.write_text(f'{before}{BEGIN}\n\n## {sections}\n\n{END}{after}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--budget', type=float, default=0.5, help='seconds a case')
    parser.add_argument('--only', default='.*', help='cases whose name matches')
    parser.add_argument('--threads', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--quick', action='store_true', help="with PyTorch's usually best modes only")
    parser.add_argument('--time-limit', type=float, default=900, help='seconds a program may take')
    parser.add_argument('--python', help='an interpreter that has torch and matplotlib')
    parser.add_argument('--from-json', help='results of an earlier run; nothing is timed')
    parser.add_argument('--json', default=str(ROOT / 'build/benchmarks.json'), help='where to keep the results')
    args = parser.parse_args()
    if args.from_json:
        saved = json.loads(pathlib.Path(args.from_json).read_text())
    else:
        python = python_with_torch(args.python)
        build(python)
        saved = {'about': machine(python), 'times': collect(args, python)}
        pathlib.Path(args.json).write_text(json.dumps(saved))
        # The picture takes matplotlib, which came with PyTorch.
        subprocess.run([python, __file__, '--from-json', args.json], check=True)
        return
    report(saved['times'], saved['about'])
    draw(saved['times'], saved['about'])


if __name__ == '__main__':
    main()
