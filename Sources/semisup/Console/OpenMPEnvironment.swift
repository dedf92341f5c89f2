import Foundation

/// The environment that libgomp reads when it is loaded, which is before `main`.
enum OpenMPEnvironment {
    /// Starts this program again with idle threads that sleep, unless the caller has settled that (`tools/semisup` does).
    ///
    /// Spinning, they would take the cores that the loader decodes on. Where that fails the command goes on as it is.
    static func settle() {
        guard getenv("OMP_WAIT_POLICY") == nil, getenv("GOMP_SPINCOUNT") == nil else { return }
        setenv("OMP_WAIT_POLICY", "passive", 1)
        setenv("GOMP_SPINCOUNT", "0", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        for argument in arguments { free(argument) }
    }
}
