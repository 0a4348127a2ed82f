/**
 * Makes a virtual environment in the directory that is its argument, in a tenth of the time of `python -m venv`: pip is
 * not installed into it but used from the wheel that comes with Python, as ensurepip itself does to install it. Prints
 * the directory for packages.
 */
export default `import os, subprocess, sys, sysconfig, venv
import ensurepip

directory = sys.argv[1]
venv.create(directory, symlinks=os.name != "nt", with_pip=False)
python = os.path.join(directory, "bin", "python3")
places = [sysconfig.get_config_var("WHEEL_PKG_DIR"), os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")]
wheels = [os.path.join(p, n) for p in places if p and os.path.isdir(p) for n in sorted(os.listdir(p)) if n.startswith("pip-") and n.endswith(".whl")]
if not wheels:
    sys.exit("No module named 'ensurepip._bundled'")
site = subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip()
with open(os.path.join(site, "pip-wheel.pth"), "w") as file:
    file.write(wheels[0] + "\\n")
for name in ("pip", "pip3"):
    script = os.path.join(directory, "bin", name)
    with open(script, "w") as file:
        file.write("#!/bin/sh\\nexec '" + python + "' -m pip \\"$@\\"\\n")
    os.chmod(script, 0o755)
print(site)
`;
