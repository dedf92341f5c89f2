import Files
import Foundation
import Training

extension RunContents {
    /// What the run took of time, memory and disk.
    var costs: Page.Section {
        Page.Section(id: "costs", title: "Costs", parts: [Facts((times + memory + disk).map { ($0, $1) })])
    }

    private typealias Fact = (String, String)

    private var times: [Fact] {
        let seconds = timings.column("seconds")?.values.map(\.value) ?? [], whole = seconds.reduce(0, +)
        guard whole > 0 else { return [("Time of steps", "not recorded")] }
        let sorted = seconds.sorted()
        func sum(_ name: String) -> Double? { timings.column(name).map { $0.values.reduce(0) { $0 + $1.value } } }
        let facts: [Fact?] = [
            ("Time of all steps", Words.time(whole)),
            record.result?["seconds"]?.realValue.map { ("Since the last start, with evaluation", Words.time($0)) },
            ("A step, median", Words.time(sorted[sorted.count / 2])),
            ("A step, 95 of 100 are below", Words.time(sorted[min(sorted.count - 1, sorted.count * 95 / 100)])),
            sum("clips").map { ("Clips a second", Words.number($0 / whole, digits: 3)) },
            sum("waitSeconds").map { ("Waiting for clips", Words.percent($0 / whole, decimals: 2)) },
            ("Computed by", "\(record.threads) threads, \(record.kernelSet), \(record.precision)"),
        ]
        return facts.compactMap(\.self)
    }

    private var memory: [Fact] {
        let peak = timings.column("peakMiB")?.values.map(\.value).max()
        return [("Peak of memory while training", peak.map { "\(Words.number($0, digits: 5)) MiB" } ?? "not recorded")]
    }

    private var disk: [Fact] {
        let folders = [folder, folder + "/checkpoints"].map { folder -> [(path: String, size: Int)] in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.map { folder + "/" + $0 }.filter { !isFolder($0) }.map { ($0, FileReader.size(of: $0) ?? 0) }
        }
        let checkpoints = folders[1].count { $0.path.hasSuffix(".safetensors") }
        func size(_ files: [(path: String, size: Int)]) -> String { Words.bytes(files.reduce(0) { $0 + $1.size }) }
        return [
            ("Checkpoints on the disk", "\(size(folders[1])) in \(Words.things(checkpoints, "file"))"),
            ("The rest of the run", size(folders[0])),
        ]
    }

    private func isFolder(_ path: String) -> Bool {
        var answer: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &answer) && answer.boolValue
    }
}
