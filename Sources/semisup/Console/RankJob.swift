import ArgumentParser
import Files
import Foundation
import Ranks
import Training

/// How several processes begin and end together: a single one tells an error.
enum RankJob {
    /// The processes that were started together with this one. Throws where there are several that cannot find each other, of which the first
    /// alone tells it.
    static func join() throws -> any Communicator {
        do throws(RankError) {
            return try MPICommunicator.ofLauncher()
        } catch {
            let number = ProcessInfo.processInfo.environment["SLURM_PROCID"]
            guard case .noPMIx = error, let number, number != "0" else { throw error }
            throw ArgumentParser.ExitCode(error.exitCode.rawValue)
        }
    }

    /// Tells `error`, unless another rank does, and returns what ends this process quietly with its code.
    static func end(by error: any Error, _ communicator: any Communicator) -> any Error {
        let code = (error as? any ReportedError)?.exitCode.rawValue ?? Files.ExitCode.internalError.rawValue
        let quietly = ArgumentParser.ExitCode(code)
        guard case .ended = error as? RankError else { return tell(error, code, communicator) ?? quietly }
        communicator.leave()
        return quietly
    }

    /// Returns nil where another rank tells it.
    private static func tell(_ error: any Error, _ code: Int32, _ communicator: any Communicator) -> (any Error)? {
        guard let failing = communicator.announce(failure: code) else {
            // The error of a rank that is lost names it.
            _ = Semisup.report(error is RankError ? error : OnRank(communicator, error), [])
            fflush(nil)
            communicator.abort(code)
            return nil
        }
        communicator.leave()
        guard failing.first == communicator.rank else { return nil }
        return failing.count == communicator.count ? error : OnRank(communicator, error)
    }
}

/// An error of one rank.
private struct OnRank: ReportedError {
    let rank: Int, host: String, error: any Error

    init(_ communicator: any Communicator, _ error: any Error) {
        (rank, host, self.error) = (communicator.rank, communicator.hosts[communicator.rank], error)
    }

    var exitCode: Files.ExitCode { (error as? any ReportedError)?.exitCode ?? .internalError }
    var description: String { "rank \(rank) on \(host): \(error)" }
}

/// Tells nobody anything: of several ranks the first alone speaks.
final class QuietObserver: TrainingObserver {
    func note(_ text: String) {}
}
