import sys; sys.path.insert(0,"/tmp/wt/reads/tooling/bench")
from store import measure_store
for each in measure_store(int(sys.argv[1]), int(sys.argv[2])): print(each)
