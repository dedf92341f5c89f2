import Synchronization

/// The backend of this process.
public enum Engine {
    private struct State {
        var backend: (any Backend)?
        var configuration: EngineConfiguration?
    }

    private static let state = Mutex(State())

    /// Starts the engine. Throws `EngineError`, also where it runs already with another configuration.
    public static func start(_ configuration: EngineConfiguration) throws(EngineError) {
        let failure: EngineError? = state.withLock { state in
            if state.backend != nil { return state.configuration == configuration ? nil : .startedOtherwise }
            do throws(EngineError) {
                state.backend = try CPUBackend(configuration)
                state.configuration = configuration
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The backend; it starts with the default configuration where `start` was not called.
    ///
    /// Programs call `start` first and so learn of a missing library by an error.
    public static var backend: any Backend {
        if let running = state.withLock({ $0.backend }) { return running }
        do throws(EngineError) {
            try start(EngineConfiguration())
        } catch {
            preconditionFailure("the engine cannot start: \(error)")
        }
        return Engine.backend
    }

    /// What the arrays of `body` would take at the highest, in bytes: nothing is computed, and values read as zeros. What is made
    /// within must not be used afterwards.
    public static func plannedPeak<Failure: Error>(of body: () throws(Failure) -> Void) throws(Failure) -> Int {
        let running = backend
        let planning = PlanningBackend(running.description)
        state.withLock { $0.backend = planning }
        defer { state.withLock { $0.backend = running } }
        try body()
        return planning.memoryStatistics.peakBytes
    }

    /// Measures every call from now on, until `stopProfiling`.
    public static func startProfiling() -> Profile {
        let profiling = ProfilingBackend(backend)
        state.withLock { $0.backend = profiling }
        return profiling.profile
    }

    /// Measures no longer.
    public static func stopProfiling() {
        state.withLock { state in
            if let profiling = state.backend as? ProfilingBackend { state.backend = profiling.inner }
        }
    }
}
