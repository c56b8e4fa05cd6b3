#!/usr/bin/env python3
"""Runs reel_bench as its users do: cases, layers of their own, and mistakes. Usage: check_reel_bench.py PROGRAM"""
import json
import subprocess
import sys

BRIEF = ['--budget', '0.001', '--threads', '1']


def run(*args):
    return subprocess.run([sys.argv[1], *args], capture_output=True, text=True, timeout=120)


def rows(*args):
    result = run(*args, *BRIEF, '--json')
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def check_cases():
    names = run('--list').stdout.split()
    assert len(names) == 33 and len(set(names)) == 33, names
    networks = ('mlp_b8', 'lenet5_b1', 'resnet20gn_b8', 'convnext_b32')
    wanted = [n for n in names if n.endswith('_tiny') or n in networks]
    timed = rows('--only', 'tiny$|' + '|'.join(n + '$' for n in networks), '--memory')
    assert [r['case'] for r in timed] == wanted, timed
    for row in timed:
        fields = ('ms', 'min_ms', 'peak_bytes') if row['kind'] == 'train' else ('fwd_ms', 'fwdbwd_ms')
        assert row['threads'] == 1 and all(row[f] > 0 for f in fields), row
        if row['kind'] == 'train':
            assert row['cache_misses'] == 0 and row['heap_calls'] == 0, f'a warm step allocates: {row}'


def check_inference():
    row, = rows('--only', 'm5_b32', '--inference')
    assert row['kind'] == 'inference' and row['cpu_ms'] > 0 and row['folded_cpu_ms'] > 0 and row['norms'] == 4, row


def check_layers():
    for op, size in (('conv1d', '2,4,16'), ('conv2d', '2,4,9,8'), ('conv3d', '1,4,5,5,5'), ('linear', '3,8')):
        row, = rows('--op', op, '--input', size, '--out-channels', '6', '--groups', '2' if op == 'conv2d' else '1')
        assert all(row[f] > 0 for f in ('fwd_ms', 'fwdbwd_ms', 'dx_ms', 'dw_ms', 'fwd_gflops', 'fwd_peak_share')), row
    for op, size in (('batch_norm', '2,4,5,5'), ('layer_norm', '3,8'), ('group_norm', '2,4,5,5'), ('relu', '100'),
                     ('max_pool', '1,2,6,6')):
        row, = rows('--op', op, '--input', size, '--stride', '2')
        assert row['fwd_gbs'] > 0 and row['fwd_triad_share'] > 0, row
    row, = rows('--op', 'conv2d', '--input', '32,64,28,28', '--out-channels', '8', '--cold')
    assert all(row[f] > 0 for f in ('fwd_ms', 'fwdbwd_ms', 'dx_ms', 'dw_ms')), row


def check_mistakes():
    for args, message in ((['--op', 'convolve', '--input', '1,2'], "--op is 'convolve'; it must be one of conv1d"),
                          (['--op', 'conv2d'], 'no --input'),
                          (['--op', 'conv2d', '--input', '1,2,3'], 'it must have 4'),
                          (['--only', 'nothing'], "no case matches 'nothing'"),
                          (['--threads', '0'], 'it must be from 1'),
                          (['--unknown'], "'--unknown' is no option")):
        result = run(*args)
        assert result.returncode in (1, 2) and message in result.stderr, (args, result)


check_cases()
check_inference()
check_layers()
check_mistakes()
print('ok: reel_bench')
