import Files

/// The lines of `metrics.jsonl` or `timings.jsonl`, by what was measured. A file that is not there has none.
struct StepLog {
    /// One quantity at the steps that have it, in order.
    struct Column {
        let name: String
        fileprivate(set) var values: [(step: Int, value: Double)] = []
    }

    /// How often each class was met, at the steps that say so, in order.
    struct Tally {
        let name: String
        fileprivate(set) var counts: [(step: Int, classes: [(name: String, count: Int)])] = []
    }

    /// In the order in which they first appear.
    private(set) var columns: [Column] = []
    private(set) var tallies: [Tally] = []
    /// Steps that were left out, and what was no number.
    private(set) var skipped: [(step: Int, quantity: String)] = []
    /// What could not be read; nil where all could.
    private(set) var problem: String?
    /// One more than the last step.
    private(set) var stepCount = 0
    private var columnPlaces: [String: Int] = [:], tallyPlaces: [String: Int] = [:]

    init(path: String) {
        var bytes: [UInt8] = []
        do throws(FileError) { bytes = try FileReader.bytes(of: path) } catch {
            if error.exitCode != .inputMissing { problem = error.description }
        }
        // What follows the last end of a line is being written.
        let whole = bytes.prefix((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
        for (number, line) in whole.split(separator: UInt8(ascii: "\n")).enumerated() {
            if let object = try? JSON(parsing: Array(line)), let step = object["step"]?.integerValue, (0..<1 << 40).contains(step)
            {
                add(object, step)
            } else if problem == nil {
                problem = "\(path): line \(number + 1): expected an object with a step; this line and others like it are left out"
            }
        }
    }

    /// The quantity called `name`; nil where no step has it.
    func column(_ name: String) -> Column? { columnPlaces[name].map { columns[$0] } }

    private mutating func add(_ object: JSON, _ step: Int) {
        stepCount = max(stepCount, step + 1)
        for (name, value) in object.objectValue ?? [] where name != "step" {
            if let number = value.realValue, number.isFinite {
                let place = columnPlaces[name] ?? columns.count
                if place == columns.count {
                    columns.append(Column(name: name))
                    columnPlaces[name] = place
                }
                columns[place].values.append((step, number))
            } else if let classes = value.objectValue {
                let place = tallyPlaces[name] ?? tallies.count
                if place == tallies.count {
                    tallies.append(Tally(name: name))
                    tallyPlaces[name] = place
                }
                tallies[place].counts.append(
                    (
                        step,
                        classes.compactMap { key, count in
                            count.integerValue.flatMap { (1...1 << 32).contains($0) ? (key, $0) : nil }
                        }
                    ))
            } else if name == "skipped", let quantity = value.stringValue {
                skipped.append((step, quantity))
            }
        }
    }
}
