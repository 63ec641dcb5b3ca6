#!/usr/bin/env python3
"""run_tests.py quick|full|long|virt: builds and runs the tests, and counts them.

  quick   unit tests, simulator and arithmetic in build/ (built before), include rule, layout
  full    builds with gcc, with the sanitizers and with clang; every test in each; every check;
          the tests with several threads under the thread sanitizer;
          the TLS tests with the TLS library's own arithmetic (HATCH_TLS=stock); ESP-IDF's port
          on Linux (HATCH_PORT=freertos), also with ESP-IDF 5's mbedTLS; and on x86-64 the tools
          for Windows under Wine
  long    the same with HATCH_LONG=1, which tests may read, and all under the thread sanitizer
  virt    what runs on the virtual board alone, with HATCH_LONG=1

Each piece of work is one process with a time limit; as many run at once as there are cores.
What a piece prints is shown if it fails.  A program that crashes, hangs, or runs no test has
failed.  The last line is `N passed, N failed, N skipped`.

Tests are started in the project's folder; HATCH_BUILD names the build folder to take programs
from.
"""
import argparse
import concurrent.futures
import glob
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
SHOWN_LINES = 200

# Build folder, and what its CMake is told.
BUILDS = {
    "gcc": ("build", ""),
    "sanitize": ("build-asan", "-DHATCH_SANITIZE=address,undefined"),
    "clang": ("build-clang", "-DCMAKE_C_COMPILER=clang -DCMAKE_C_STANDARD=17"),
    "threads": ("build-tsan", "-DHATCH_SANITIZE=thread"),
    "stock": ("build-stock", "-DHATCH_TLS=stock"),
    "esp": ("build-esp", "-DHATCH_PORT=freertos -DHATCH_EXAMPLES=OFF"),
    "idf5": ("build-idf5", "-DHATCH_PORT=freertos -DHATCH_EXAMPLES=OFF -DHATCH_TLS=stock "
             "-DHATCH_MBEDTLS_CONFIG=tests/esp/mbedtls_config_idf5.h"),
}
STOCK_TESTS = {"sim": ["test_tls"], "e2e": ["test_tls", "test_choice", "test_linked"]}
THREADS_TESTS = ["test_server", "test_worker", "test_deferred", "test_heap"]
# ESP-IDF's port on Linux, with our mbedTLS and with that of ESP-IDF 5, which has no TLS 1.3 and no
# ChaCha20-Poly1305.  Left out: tests of those two, of what the log says with nothing missing, of a
# curve that is not in our mbedTLS, and of an example, which are not built.
ESP_TESTS = ("test_tls", "test_transfer", "test_curl", "test_self_signed")
ESP_WITHOUT = {"esp": "does_not_carry_it",
               "idf5": "does_not_carry_it or damaged_record or tls1_3 or tls_1_3 or 1.3 or 1_3 or CHACHA "
                       "or limited or hello_retry or x25519_first or unusable or encrypted_key"}


class Count:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Job:
    """One process and how to count what it did."""

    def __init__(self, name, command, seconds, count=None, needs=None, env=None):
        self.name, self.command, self.seconds = name, command, seconds
        self.count = count or count_status
        self.needs, self.env = needs, env or {}

    def run(self):
        """Returns (count, seconds, output)."""
        if self.needs and not shutil.which(self.needs):
            return Count(skipped=1), 0, f"{self.needs} is not installed"
        start = time.monotonic()
        status, output = run_limited(self.command, self.seconds, self.env)
        try:
            count = self.count(status, output)
        except Exception as error:  # a report that cannot be read is a failure like any other
            count, output = Count(failed=1), f"{output}\ncannot read the report: {error!r}"
        if status != 0 and count.failed == 0:
            count.failed = 1
        return count, time.monotonic() - start, output


def run_limited(command, seconds, extra_env):
    """Runs a command in a session of its own, all of which ends when the time is up."""
    env = dict(os.environ, **extra_env)
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        note = ""
        try:
            status = child.wait(seconds)
            if status < 0:
                note = f"\nended by {signal.Signals(-status).name}"
        except subprocess.TimeoutExpired:
            status, note = -1, f"\nstopped: not done after {seconds} seconds"
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        out.seek(0)
        return status, out.read().decode(errors="replace") + note


def count_status(status, _output):
    return Count(passed=1) if status == 0 else Count(failed=1)


def count_tap(_status, output):
    """cmocka's TAP.  Lines that a crash swallowed are failures."""
    count = Count()
    planned = sum(int(n) for n in re.findall(r"^1\.\.(\d+)$", output, re.M))
    for good, skipped in re.findall(r"^(ok|not ok) \d+ (# SKIP)?", output, re.M):
        if skipped:
            count.skipped += 1
        elif good == "ok":
            count.passed += 1
        else:
            count.failed += 1
    done = count.passed + count.failed + count.skipped
    count.failed += max(planned - done, 0) if done else 1
    return count


def junit_counter(path):
    def count(status, _output):
        total = Count()
        if os.path.exists(path):
            for suite in xml.etree.ElementTree.parse(path).iter("testsuite"):
                failed = int(suite.get("failures")) + int(suite.get("errors"))
                skipped = int(suite.get("skipped"))
                total.add(Count(int(suite.get("tests")) - failed - skipped, failed, skipped))
            os.unlink(path)
        if total.passed + total.failed + total.skipped == 0:
            total.failed = 1  # nothing was collected
        return total
    return count


def environment(folder, long):
    env = {
        "HATCH_BUILD": os.path.join(ROOT, folder),
        "CMOCKA_MESSAGE_OUTPUT": "TAP",
        "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": "allocator_may_return_null=1",  # as in every other build
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if long:
        env["HATCH_LONG"] = "1"
    return env


def cmocka_jobs(kind, build, folder, seconds, long):
    sources = sorted(glob.glob(f"{ROOT}/tests/{kind}/test_*.c"))
    if kind == "fast" and not os.path.isdir(f"{ROOT}/{folder}/tests/fast"):
        return []  # HATCH_TLS=stock: nothing is wrapped
    if not sources and os.path.isdir(f"{ROOT}/tests/{kind}"):
        return [Job(f"{kind} [{build}]: no test found", ["false"], 1)]
    names = [os.path.basename(path)[:-2] for path in sources]
    return [Job(f"{kind}/{name} [{build}]", [f"{ROOT}/{folder}/tests/{kind}/{name}"], seconds, count_tap,
                env=environment(folder, long)) for name in names]


def fuzz_jobs(build, folder, seconds, long):
    names = [os.path.basename(path)[:-2] for path in sorted(glob.glob(f"{ROOT}/tests/fuzz/fuzz_*.c"))]
    rounds = "2000000" if long else "100000"
    return [Job(f"fuzz/{name} [{build}]", [f"{ROOT}/{folder}/tests/fuzz/{name}", rounds], seconds,
                env=environment(folder, long)) for name in names]


def pytest_jobs(kind, build, folder, seconds, long, reports):
    jobs = []
    files = sorted(glob.glob(f"{ROOT}/tests/{kind}/test_*.py"))
    if not files and os.path.isdir(f"{ROOT}/tests/{kind}"):
        return [Job(f"{kind} [{build}]: no test found", ["false"], 1)]
    for path in files:
        name = os.path.basename(path)[:-3]
        report = f"{reports}/{kind.replace('/', '-')}-{name}-{build}.xml"
        command = [PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--junitxml={report}", path]
        jobs.append(Job(f"{kind}/{name} [{build}]", command, seconds, junit_counter(report),
                        env=environment(folder, long)))
    return jobs


# Firmware folder, and what its build is told.  A sanitizer without a runtime: what it finds traps.
FIRMWARES = {
    "virt": ("build-virt", ""),
    "virt ubsan": ("build-virt-ubsan",
                   "-DVIRT_EXTRA='-fsanitize=undefined -fsanitize-undefined-trap-on-error'"),
}


def virt_build_job(build):
    folder, args = FIRMWARES[build]
    return Job(f"build [{build}]", ["make", "-s", "virt-build", f"VIRT={folder}", f"VIRT_ARGS={args}"], 900)


def virt_jobs(build, long, reports):
    """The virtual board's own tests, and those end-to-end tests that a firmware can be put to."""
    jobs = pytest_jobs("virt", build, "build", 1800 if long else 300, long, reports)
    jobs += [job for job in pytest_jobs("e2e", build, "build", 300, long, reports)
             if job.name.split()[0] in ("e2e/test_tls", "e2e/test_transfer", "e2e/test_curl", "e2e/test_demo",
                                        "e2e/test_demo_feed", "e2e/test_live")]
    for job in jobs:
        job.env["HATCH_BOARD"] = os.path.join(ROOT, FIRMWARES[build][0])
        if build != "virt":
            job.command += ["-k", "not mistake and not lost"]  # it traps before the board does; and takes long
    return jobs


def windows_build_job(jobs):
    """hatch-cert and hatch-probe for Windows, in build-win/."""
    return Job("build [windows]",
               ["sh", "-ec", "cmake -S . -B build-win -DCMAKE_TOOLCHAIN_FILE=cmake/mingw-w64.cmake -DHATCH_WERROR=ON && "
                             f"cmake --build build-win -j {jobs}"], 600)


def windows_jobs(reports):
    """All of them in one process: they share a Wine."""
    report = f"{reports}/win.xml"
    command = [PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--junitxml={report}", f"{ROOT}/tests/win"]
    env = {**environment("build", False), "HATCH_WIN": os.path.join(ROOT, "build-win")}
    return [Job("win [windows]", command, 300, junit_counter(report), env=env)]


def size_job():
    return Job("size of the firmware",
               ["sh", "-c", "make -s build/size.map && scripts/size.py build/size.map --check --verify README.md"], 300)


def build_job(build, jobs):
    folder, args = BUILDS[build]
    command = ["make", "-s", "build", f"BUILD={folder}", f"JOBS={jobs}", f"CMAKE_ARGS={args}"]
    return Job(f"build [{build}]", command, 900, needs="clang" if build == "clang" else None)


def stock_jobs(long, reports):
    """What depends on the arithmetic, in a build with the TLS library's."""
    def chosen(kind, jobs):
        return [job for job in jobs if any(f"/{name} " in job.name for name in STOCK_TESTS[kind])]

    return (chosen("sim", cmocka_jobs("sim", "stock", "build-stock", 180, long))
            + chosen("e2e", pytest_jobs("e2e", "stock", "build-stock", 240, long, reports)))


def threads_jobs():
    """Where several threads are at work, under the thread sanitizer."""
    return [job for job in cmocka_jobs("unit", "threads", BUILDS["threads"][0], 240, False)
            if any(f"/{name} " in job.name for name in THREADS_TESTS)]


def esp_jobs(build, long, reports):
    folder = BUILDS[build][0]
    jobs = [job for job in pytest_jobs("e2e", build, folder, 240, long, reports)
            if job.name.split()[0][len("e2e/"):] in ESP_TESTS]
    for job in jobs:
        job.command += ["-k", f"not ({ESP_WITHOUT[build]})"]
    if build == "idf5":
        return jobs + pytest_jobs("esp", build, folder, 60, long, reports)
    return jobs + cmocka_jobs("esp", build, folder, 60, long) + [
        Job("ESP-IDF's port compiles for rv32", ["scripts/check_esp.sh"], 300, needs="riscv64-unknown-elf-gcc")]


def check_jobs():
    return [
        Job("include rule", [PYTHON, "scripts/check_includes.py"], 60),
        Job("include rule can fail", [PYTHON, "scripts/check_includes.py", "--self-test"], 60),
        Job("manifests", [PYTHON, "scripts/check_manifests.py"], 60),
        Job("manifests can fail", [PYTHON, "scripts/check_manifests.py", "--self-test"], 60),
        Job("layout", ["scripts/check_format.sh"], 60, needs="clang-format"),
    ]


def slow_check_jobs():
    return [
        Job("public headers are C11, C17 and C++17", ["scripts/check_headers.sh"], 60, needs="g++"),
        Job("examples in the documents compile", [PYTHON, "scripts/check_examples.py"], 120),
        Job("installed library works", ["scripts/check_install.sh", "build"], 120, needs="pkg-config"),
    ]


class Run:
    def __init__(self, workers):
        self.workers, self.total, self.failures = workers, Count(), []

    def all(self, jobs):
        """Runs the jobs side by side; True if none failed."""
        before = self.total.failed
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            futures = {pool.submit(job.run): job for job in jobs}
            for future in concurrent.futures.as_completed(futures):
                self.report(futures[future], *future.result())
        return self.total.failed == before

    def report(self, job, count, seconds, output):
        self.total.add(count)
        mark = "FAIL" if count.failed else "skip" if count.skipped and not count.passed else "ok"
        notes = []
        if count.failed:
            notes.append(f"{count.failed} failed")
            self.failures.append(job.name)
        if count.passed > 1 or count.failed:
            notes.append(f"{count.passed} passed")
        if count.skipped:
            notes.append(f"{count.skipped} skipped")
        print(f"{mark:4}  {job.name:46} {seconds:6.1f} s  {', '.join(notes)}", flush=True)
        if count.failed or count.skipped:
            lines = output.rstrip().splitlines()
            if len(lines) > SHOWN_LINES:
                print(f"      ... {len(lines) - SHOWN_LINES} lines before these")
            for line in lines[-SHOWN_LINES:]:
                print(f"      {line}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plan", choices=["quick", "full", "long", "virt"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    long = args.plan in ("long", "virt")
    patience = 10 if long else 1
    run = Run(args.jobs)

    with tempfile.TemporaryDirectory() as reports:
        if args.plan == "quick":
            jobs = check_jobs()
            for kind in ("unit", "sim", "crypto", "fast"):
                jobs += cmocka_jobs(kind, "gcc", "build", 60, False)
            jobs += pytest_jobs("crypto", "gcc", "build", 60, False, reports)
            run.all(jobs)
        elif args.plan == "virt":
            built = [build for build in FIRMWARES if run.all([virt_build_job(build)])]
            run.all([job for build in built for job in virt_jobs(build, long, reports)] + [size_job()])
        else:
            builds = ["gcc", "sanitize", "clang", "threads", "stock", "esp", "idf5"]
            built = [build for build in builds if run.all([build_job(build, args.jobs)])]
            jobs = []
            for build in FIRMWARES if long else ["virt"]:
                jobs += virt_jobs(build, long, reports) if run.all([virt_build_job(build)]) else []
            # Wine runs the programs of its own processor only.
            if platform.machine() == "x86_64" and run.all([windows_build_job(args.jobs)]):
                jobs += windows_jobs(reports)
            jobs += [size_job()] + check_jobs() + (slow_check_jobs() if "gcc" in built else [])
            for build in built:
                folder = BUILDS[build][0]
                if not os.path.isdir(f"{ROOT}/{folder}"):
                    continue  # its compiler is not installed
                if build == "threads" and not long:
                    jobs += threads_jobs()
                    continue
                if build in ("stock", "esp", "idf5"):
                    jobs += stock_jobs(long, reports) if build == "stock" else esp_jobs(build, long, reports)
                    continue
                for kind, seconds in (("sim", 180), ("crypto", 120), ("fast", 120), ("unit", 60)):
                    most = 7200 if long and kind == "crypto" else seconds * patience  # a million cases
                    jobs += cmocka_jobs(kind, build, folder, most, long)
                if build == "sanitize":
                    jobs += fuzz_jobs(build, folder, 120 * patience, long)
                if build != "clang":
                    jobs += pytest_jobs("e2e", build, folder, 240 * patience, long, reports)
                if build == "gcc":  # most of these make their own programs
                    jobs += pytest_jobs("crypto", build, folder, 120 * patience, long, reports)
                    jobs += pytest_jobs("esp/component", build, folder, 240 * patience, long, reports)
                    jobs += pytest_jobs("arduino", build, folder, 240 * patience, long, reports)
            run.all(jobs)

    if run.failures:
        print("\nfailed:")
        for name in run.failures:
            print(f"  {name}")
    print()
    print(run.total, flush=True)
    return 0 if run.total.failed == 0 and run.total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
