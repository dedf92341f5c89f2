import Files

/// Why a matrix gave no eigenvectors.
public enum EigenvectorError: ReportedError, Equatable {
    case noLAPACK(library: String)
    case notFound(size: Int, failure: Int)

    public var exitCode: ExitCode {
        switch self {
        case .noLAPACK: .unavailable
        case .notFound: .internalError
        }
    }

    public var description: String {
        switch self {
        case .noLAPACK(let library):
            "\(library) has no LAPACK (dsyevd_), which finds eigenvectors; install Debian's libopenblas0-openmp"
        case .notFound(let size, let failure):
            "LAPACK found no eigenvectors of a matrix \(size) x \(size) (dsyevd ended with \(failure))"
        }
    }
}
