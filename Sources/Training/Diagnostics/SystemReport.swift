import Files
import Foundation
import Media
import Ranks
import Tensor

/// What `semisup doctor` finds: the machine, the libraries, the environment, and what is missing.
public struct SystemReport: Sendable {
    /// One line: `cores`, `2`.
    public struct Fact: Sendable, Equatable {
        /// The section of the table, such as `processor`.
        public let section: String
        /// What it is about, and how it is.
        public let name: String, value: String
    }

    /// Something that should be changed.
    public struct Finding: Sendable, Equatable {
        /// Whether training cannot work without it.
        public let isNeeded: Bool
        /// What is wrong and what it costs.
        public let problem: String
        /// The command that helps.
        public let remedy: String
    }

    /// The facts in order.
    public let facts: [Fact]
    /// What is missing or slows things down; empty where all is well.
    public let findings: [Finding]

    /// Whether something is missing without which training cannot work.
    public var isUsable: Bool { !findings.contains(where: \.isNeeded) }

    /// Looks at this process; opens the libraries of the engine.
    public init(engine configuration: EngineConfiguration = EngineConfiguration()) {
        // The engine sets variables of its own: what the process was started with has to be read first.
        let environment = ProcessInfo.processInfo.environment
        var collector = SystemReportCollector(environment: environment)
        collector.addProcessor()
        collector.addEngine(configuration)
        collector.addMedia()
        collector.addRanks()
        collector.addPlugins()
        collector.addFiles()
        collector.addEnvironment()
        facts = collector.facts
        findings = collector.findings
    }

    /// One object: sections with their facts, and the findings.
    public var json: JSON {
        let sections = facts.reduce(into: [String]()) { if $0.last != $1.section { $0.append($1.section) } }
        return .object(
            sections.map { section in
                (section, .object(facts.filter { $0.section == section }.map { ($0.name, .string($0.value)) }))
            } + [
                (
                    "findings",
                    .array(
                        findings.map {
                            .object([
                                ("needed", .boolean($0.isNeeded)), ("problem", .string($0.problem)),
                                ("remedy", .string($0.remedy)),
                            ])
                        })
                ), ("usable", .boolean(isUsable)),
            ])
    }
}

/// Collects the facts of one report.
private struct SystemReportCollector {
    let environment: [String: String]
    var facts: [SystemReport.Fact] = []
    var findings: [SystemReport.Finding] = []

    init(environment: [String: String]) { self.environment = environment }

    private mutating func add(_ section: String, _ name: String, _ value: String) {
        facts.append(SystemReport.Fact(section: section, name: name, value: value))
    }

    private mutating func miss(_ problem: String, isNeeded: Bool = false, _ remedy: String) {
        findings.append(SystemReport.Finding(isNeeded: isNeeded, problem: problem, remedy: remedy))
    }

    mutating func addProcessor() {
        let sets = KernelSet.allCases.filter { $0 != .baseline && $0.isSupported }.map { $0.rawValue }
        add("processor", "model", ProcessorModel.name)
        add("processor", "cores", "\(ProcessInfo.processInfo.activeProcessorCount)")
        add("processor", "instructions", sets.isEmpty ? "baseline" : sets.joined(separator: ", "))
        add("processor", "bf16", KernelSet.hasBFloat16 ? "in hardware" : "no")
        add("processor", "memory", "\(ProcessInfo.processInfo.physicalMemory >> 20) MiB")
    }

    mutating func addEngine(_ configuration: EngineConfiguration) {
        do throws(EngineError) {
            try Engine.start(configuration)
        } catch {
            add("engine", "state", error.description)
            return miss(error.description, isNeeded: true, remedy(for: error))
        }
        let engine = Engine.backend.description
        add("engine", "kernel set", engine.kernelSet.rawValue)
        add("engine", "threads", "\(engine.threads)")
        add("engine", "activations", engine.precisionName)
        add("engine", "BLAS", "\(engine.blasLibrary) (\(engine.blasConfiguration))")
        add("engine", "oneDNN", engine.oneDNNVersion ?? "not used: \(engine.oneDNNAbsence ?? "absent")")
        if engine.oneDNNVersion == nil, configuration.convolution != .blas {
            miss("oneDNN could not be opened: convolutions take the slower BLAS path", "apt-get install libdnnl2")
        }
        if engine.blasConfiguration.contains("OpenBLAS"), !engine.blasConfiguration.contains("USE_OPENMP") {
            miss(
                "OpenBLAS brings threads of its own beside OpenMP's, and both fight for the cores",
                "apt-get install libopenblas0-openmp")
        }
    }

    private func remedy(for error: EngineError) -> String {
        switch error {
        case .noBLAS: "apt-get install libopenblas0-openmp"
        case .noOneDNN: "apt-get install libdnnl2"
        case .unsupportedKernels, .startedOtherwise: "unset SEMISUP_KERNELS"
        case .unknownSetting(let name, _, _): "unset \(name)"
        }
    }

    mutating func addMedia() {
        do throws(MediaError) {
            for library in try MediaLibrary.all() { add("libraries", library.name, library.version) }
        } catch {
            add("libraries", "libav", error.description)
            return miss(error.description, isNeeded: true, "apt-get install libavcodec-dev libavformat-dev")
        }
        for codec in ["h264", "mpeg4", "aac"] where !MediaLibrary.hasDecoder(codec) {
            miss("libavcodec cannot decode \(codec)", isNeeded: codec == "h264", "apt-get install libavcodec59")
        }
        for codec in ["libx264", "aac", "png"] where !MediaLibrary.hasEncoder(codec) {
            miss("libavcodec cannot encode \(codec): data make and pictures need it", "apt-get install libavcodec59")
        }
    }

    /// Only who starts several processes together needs it, so that its absence is nothing to remedy.
    mutating func addRanks() {
        do throws(RankError) {
            add("libraries", "Open MPI", try MPICommunicator.openLibrary())
        } catch {
            add("libraries", "Open MPI", "not there; to train as several processes: apt-get install openmpi-bin")
        }
    }

    /// Digests need libav, whose absence is reported before.
    mutating func addPlugins() {
        guard (try? SHA256.requireLibrary()) != nil else { return }
        do throws(PluginError) {
            for file in try PluginSearchPath.standard(environment: environment).files() {
                let name = file.record.map { "\($0.name) \($0.version)" } ?? "unknown"
                add("plugins", name, file.problems.first?.description ?? file.path)
                if let problem = file.problems.first { miss(problem.description, "semisup plugin build, or remove the file") }
            }
        } catch {
            miss(error.description, "build or install semisup again")
        }
    }

    mutating func addFiles() {
        let names = ["libopenblas", "libdnnl", "libgomp", "libavcodec", "libjson-c", "libSemisupKit"]
        for (name, path) in LoadedLibraries.paths(names) { add("libraries", name, path) }
    }

    mutating func addEnvironment() {
        let names = [
            "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_NUM_THREADS", "OPENBLAS_CORETYPE", "SEMISUP_HOME", "SEMISUP_KERNELS",
            "SEMISUP_CONVOLUTION", "SEMISUP_BLAS", "SEMISUP_PLUGINS", "XDG_CACHE_HOME",
        ]
        for name in names { add("environment", name, environment[name] ?? "not set") }
        add("folders", "cache", UserFolder.cache(environment) ?? "none: neither XDG_CACHE_HOME nor HOME is set")
        add("folders", "own plugins", UserFolder.data(environment).map { $0 + "/plugins" } ?? "none: HOME is not set")
        if environment["OMP_WAIT_POLICY"]?.lowercased() != "passive", environment["GOMP_SPINCOUNT"] != "0" {
            miss(
                "idle OpenMP threads spin and take the cores that the loader decodes on",
                "unset OMP_WAIT_POLICY GOMP_SPINCOUNT (semisup then sets them to passive and 0)")
        }
    }
}

/// The processor's name.
private enum ProcessorModel {
    static var name: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}

/// The shared libraries in this process.
private enum LoadedLibraries {
    /// Name and file of those whose names begin with one of `prefixes`, each once, links followed.
    static func paths(_ prefixes: [String]) -> [(name: String, path: String)] {
        // The size of a file in /proc is 0: it has to be read to its end.
        let bytes = FileHandle(forReadingAtPath: "/proc/self/maps")?.readDataToEndOfFile() ?? Data()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let files = Set(lines.compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }).sorted()
        func file(_ prefix: String) -> String? {
            files.first { path in path.split(separator: "/").last.map { $0.hasPrefix(prefix) } ?? false }
        }
        return prefixes.compactMap { prefix in file(prefix).map { (prefix + " file", $0) } }
    }
}

extension SystemReport {
    /// The library of C with its version, such as `glibc 2.36`: some functions of single values are its own.
    static let libraryOfC: String = {
        var name = [CChar](repeating: 0, count: 64)
        guard confstr(Int32(_CS_GNU_LIBC_VERSION), &name, name.count) > 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
