// Idle OpenMP threads must sleep: spinning, they take the core that the loader decodes on. libgomp reads its environment when
// it is loaded. Nothing that the kit links loads it, so that this runs before: oneDNN, OpenBLAS and libav are opened later.

#include <stdlib.h>

__attribute__((constructor)) static void settle_openmp_environment(void) {
    setenv("OMP_WAIT_POLICY", "passive", 0);
    setenv("GOMP_SPINCOUNT", "0", 0);
}
