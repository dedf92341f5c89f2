#ifndef SEMISUP_MPI_LIBRARY_H
#define SEMISUP_MPI_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

// What is used of Open MPI, found at run time. Handles are pointers there; MPICH's are numbers, so that it is refused.

typedef void *mpi_handle;
enum { mpi_thread_funneled = 1 };

extern struct mpi_functions {
    int (*initialize)(int *, char ***, int, int *);
    int (*finalize)(void);
    int (*abort)(mpi_handle, int);
    int (*duplicate)(mpi_handle, mpi_handle *);
    int (*set_error_handler)(mpi_handle, mpi_handle);
    int (*own_rank)(mpi_handle, int *);
    int (*count)(mpi_handle, int *);
    int (*send)(const void *, int, mpi_handle, int, int, mpi_handle, mpi_handle *);
    int (*receive)(void *, int, mpi_handle, int, int, mpi_handle, mpi_handle *);
    int (*gather)(const void *, int, mpi_handle, void *, const int *, const int *, mpi_handle, mpi_handle, mpi_handle *);
    int (*broadcast)(void *, int, mpi_handle, int, mpi_handle, mpi_handle *);
    int (*all_reduce)(const void *, void *, int, mpi_handle, mpi_handle, mpi_handle, mpi_handle *);
    int (*barrier)(mpi_handle, mpi_handle *);
    int (*test)(mpi_handle *, int *, void *);
    int (*version)(char *, int *);
    int (*error_text)(int, char *, int *);
    mpi_handle world, bytes, floats, sum, return_errors;
} mpi;

/// Finds all of it in the library at `path`.
bool mpi_open(const char *path, char *message, size_t capacity);

#endif
