// Forgets what the kernels of one element type were made of.
#undef REAL
#undef STORED
#undef LOAD
#undef STORE
#undef REALS
#undef MASKS
#undef LOADS
#undef LOAD_REALS
#undef STORES
#undef TYPED
