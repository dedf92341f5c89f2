#include "mpi_library.h"

#include <dlfcn.h>
#include <stdio.h>

struct mpi_functions mpi;

bool mpi_open(const char *path, char *message, size_t capacity) {
    // Its components look for its symbols among those of all libraries.
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        snprintf(message, capacity, "%s", dlerror());
        return false;
    }
    const struct {
        const char *name;
        void *place;
    } wanted[] = {
        {"MPI_Init_thread", &mpi.initialize},
        {"MPI_Finalize", &mpi.finalize},
        {"MPI_Abort", &mpi.abort},
        {"MPI_Comm_dup", &mpi.duplicate},
        {"MPI_Comm_set_errhandler", &mpi.set_error_handler},
        {"MPI_Comm_rank", &mpi.own_rank},
        {"MPI_Comm_size", &mpi.count},
        {"MPI_Isend", &mpi.send},
        {"MPI_Irecv", &mpi.receive},
        {"MPI_Iallgatherv", &mpi.gather},
        {"MPI_Ibcast", &mpi.broadcast},
        {"MPI_Iallreduce", &mpi.all_reduce},
        {"MPI_Ibarrier", &mpi.barrier},
        {"MPI_Test", &mpi.test},
        {"MPI_Get_library_version", &mpi.version},
        {"MPI_Error_string", &mpi.error_text},
        {"ompi_mpi_comm_world", &mpi.world},
        {"ompi_mpi_byte", &mpi.bytes},
        {"ompi_mpi_float", &mpi.floats},
        {"ompi_mpi_op_sum", &mpi.sum},
        {"ompi_mpi_errors_return", &mpi.return_errors},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        void *found = dlsym(library, wanted[i].name);
        if (!found) {
            snprintf(message, capacity, "%s has no %s: it is not Open MPI", path, wanted[i].name);
            return false;
        }
        *(void **)wanted[i].place = found;
    }
    return true;
}
