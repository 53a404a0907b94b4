// # KubeRuntimeTesting
//
// Runs a controller against the embedded API server on virtual time, disturbs it in every way a cluster can, and
// compares where it ends with where an undisturbed run ends.
