internal import CMPI
import Files
import Foundation

/// The ranks of an Open MPI job, which `mpirun` or `srun --mpi=pmix` started.
public final class MPICommunicator: Communicator {
    public let rank: Int, count: Int
    public let hosts: [String]
    public let library: String?

    /// Libraries to try in turn.
    private static let libraries = ["libmpi.so.40", "libmpi.so"]
    /// How long a rank that fails waits for the others to come to where they are told.
    private static let secondsForGoodbye = 8.0
    /// Bytes that all ranks together send at once: MPI counts in 32 bits.
    private static let mostBytesAtOnce = 1 << 30

    /// The processes that a launcher started together with this one, or this one by itself. Throws `RankError`.
    public static func ofLauncher(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(RankError) -> any Communicator {
        let count = launchedCount(environment)
        guard count > 1 else { return SingleProcess() }
        guard environment["OMPI_COMM_WORLD_SIZE"] != nil || environment["PMIX_RANK"] != nil else { throw .noPMIx(tasks: count) }
        return try MPICommunicator()
    }

    /// How many processes a launcher started together with this one.
    public static func launchedCount(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Int {
        ["OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"].lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
    }

    /// Joins the job. To be called once. Throws `RankError.noLibrary`.
    private init() throws(RankError) {
        library = try MPICommunicator.openLibrary()
        var message = [CChar](repeating: 0, count: 512)
        guard ranks_join(&message, message.count) else { throw .noLibrary(reason: MPICommunicator.text(message)) }
        rank = Int(ranks_own())
        count = Int(ranks_count())
        let own = Array(ProcessInfo.processInfo.hostName.utf8)
        hosts = try MPICommunicator.gather(own, rank, count).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Opens Open MPI and returns what it says it is. Throws `RankError.noLibrary`.
    public static func openLibrary() throws(RankError) -> String {
        var reasons: [String] = []
        for library in libraries {
            var message = [CChar](repeating: 0, count: 512)
            if ranks_open(library, &message, message.count) {
                return String(cString: ranks_library()).split(separator: ",").first.map(String.init) ?? library
            }
            reasons.append(text(message))
        }
        throw .noLibrary(reason: reasons.joined(separator: "; "))
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public func allGather(_ bytes: [UInt8]) throws(RankError) -> [[UInt8]] {
        let all: [[UInt8]]
        do throws(RankError) { all = try MPICommunicator.gather([UInt8(0)] + bytes, rank, count) } catch { throw named(error) }
        if let failed = all.first(where: { $0[0] != 0 }) { throw .ended(code: Int32(failed[0])) }
        return all.map { Array($0.dropFirst()) }
    }

    public func announce(failure code: Int32) -> [Int]? {
        let patience = MPICommunicator.secondsForGoodbye
        let own = [UInt8(truncatingIfNeeded: code)]
        guard let all = try? MPICommunicator.gather(own, rank, count, seconds: patience) else { return nil }
        return all.indices.filter { all[$0].first != 0 }
    }

    public func broadcast(_ bytes: [UInt8], from root: Int) throws(RankError) -> [UInt8] {
        let size = try allGather(withUnsafeBytes(of: bytes.count) { Array($0) })[root].withUnsafeBytes {
            $0.loadUnaligned(as: Int.self)
        }
        var found = rank == root ? bytes : [UInt8](repeating: 0, count: size)
        var isDone = true
        found.withUnsafeMutableBytes { buffer in
            for begin in stride(from: 0, to: size, by: MPICommunicator.mostBytesAtOnce) where isDone {
                let length = min(size - begin, MPICommunicator.mostBytesAtOnce)
                isDone = ranks_wait(ranks_broadcast(buffer.baseAddress.map { $0 + begin }, length, Int32(root)))
            }
        }
        guard isDone else { throw failure }
        return found
    }

    public func beginSum(of rows: RowsToSum, _ kind: SumKind) { rows.begin(self, kind) }

    public var sentBytes: Int { Int(ranks_sent_bytes()) }

    public func leave() { ranks_leave() }

    public func abort(_ code: Int32) { ranks_abort(code) }

    /// Why the job has failed.
    var failure: RankError { named(MPICommunicator.failure) }

    private static var failure: RankError {
        let rank = Int(ranks_failed_rank()), reason = String(cString: ranks_failure())
        return rank < 0
            ? .failed(reason: reason.isEmpty ? "the other ranks do not answer" : reason)
            : .lost(rank: rank, host: "", reason: reason)
    }

    /// The same with the name of the host of a rank.
    private func named(_ error: RankError) -> RankError {
        guard case .lost(let rank, _, let reason) = error else { return error }
        return .lost(rank: rank, host: hosts[rank], reason: reason)
    }

    private static func gather(
        _ own: [UInt8], _ rank: Int, _ count: Int, seconds: Double = 1e9
    ) throws(RankError) -> [[UInt8]] {
        let length = MemoryLayout<Int>.size
        let lengths = try gather(
            withUnsafeBytes(of: own.count) { Array($0) }[...], .init(repeating: length, count: count), seconds)
        let sizes = lengths.map { bytes in bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) } }
        let most = mostBytesAtOnce / count
        var all = [[UInt8]](repeating: [], count: count)
        for begin in stride(from: 0, to: max(1, sizes.max() ?? 0), by: most) {
            let now = sizes.map { max(0, min(most, $0 - begin)) }
            let found = try gather(own[min(begin, own.count)..<min(begin + now[rank], own.count)], now, seconds)
            for (rank, bytes) in found.enumerated() { all[rank] += bytes }
        }
        return all
    }

    private static func gather(_ own: ArraySlice<UInt8>, _ sizes: [Int], _ seconds: Double) throws(RankError) -> [ArraySlice<
        UInt8
    >] {
        let mine = UnsafeMutableRawBufferPointer.allocate(byteCount: own.count, alignment: 8)
        let all = UnsafeMutableRawBufferPointer.allocate(byteCount: sizes.reduce(0, +), alignment: 8)
        mine.copyBytes(from: own)
        // Where it does not end MPI may still write there: the process is about to end.
        guard ranks_wait_for(ranks_gather(mine.baseAddress, sizes, all.baseAddress), seconds) else { throw failure }
        defer {
            mine.deallocate()
            all.deallocate()
        }
        var place = 0
        return sizes.map { size in
            defer { place += size }
            return ArraySlice(all[place..<place + size])
        }
    }
}
