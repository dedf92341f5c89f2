import Foundation

/// What the system says about the memory of this process.
enum ProcessMemory {
    /// The highest resident size so far, in MiB.
    static var peakMiB: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }

    /// The resident size now, in MiB; 0 where the system does not say.
    static var residentMiB: Double {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}

/// The memory of this machine.
enum SystemMemory {
    /// What this process can still get: of the machine, and of the group that it is limited with; nil where the system does not say.
    static var availableMiB: Double? {
        let machine = value("MemAvailable", of: "/proc/meminfo").map { $0 / 1024 }
        let group = "/sys/fs/cgroup/memory"
        let limit = number("\(group).max").map { limit in
            let cache = value("inactive_file", of: "\(group).stat") ?? 0
            return (limit - (number("\(group).current") ?? 0) + cache) / 1_048_576
        }
        return [machine, limit, addressSpaceMiB].compactMap(\.self).min()
    }

    /// What is left of the addresses that this process may have; nil where they are not limited.
    private static var addressSpaceMiB: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else { return nil }
        let taken = value("VmSize", of: "/proc/self/status").map { $0 / 1024 } ?? 0
        return Double(limit.rlim_cur) / 1_048_576 - taken
    }

    private static func number(_ path: String) -> Double? {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The number after `name` at the beginning of a line.
    private static func value(_ name: String, of path: String) -> Double? {
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix(name) }
        return line.flatMap { $0.split { $0 == " " || $0 == ":" }.dropFirst().first }.flatMap { Double($0) }
    }
}
