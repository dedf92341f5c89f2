#pragma once

// Opening of shared libraries that others wrote.

/// Opens the library at an absolute path with all its symbols resolved, seen by nobody else. NULL: `*problem` says why, in the
/// words of the dynamic linker, until the next call.
void *plugin_library_open(const char *path, const char **problem);

/// The address of a symbol, or NULL.
void *plugin_library_symbol(void *library, const char *name);

/// Calls the entry point at `address`.
void plugin_library_enter(void *address);

/// The path of the library that `address` belongs to, or NULL.
const char *plugin_library_of(const void *address);
