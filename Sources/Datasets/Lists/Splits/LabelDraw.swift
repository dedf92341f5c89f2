import Files

/// Which training clips carry their label: the drawing rule of the protocol card, section 1, version 1.
///
/// The key of a clip is the SHA-256 of `seed|Class/stem`. Each class is sorted by key and gives its first n clips, so
/// that the draw does not depend on the order of files or the machine, and the 1 % clips are among the 10 %.
public struct LabelDraw: Sendable, Equatable {
    /// What is drawn as a whole.
    public enum Unit: String, Sendable, CaseIterable {
        /// Single clips, as every published list does.
        case clip
        /// Whole groups until the quota is reached: shows how much of a gain comes from near-duplicates.
        case group
    }

    /// How the rate becomes numbers.
    public enum Balance: String, Sendable, CaseIterable {
        /// Every class gives its own share, at least one clip.
        case balanced
        /// One draw over all classes; classes may stay empty.
        case global
    }

    /// The version of the rule, written into every list.
    public static let ruleVersion = 1

    /// How many clips.
    public var rate: LabelRate
    /// Which draw; texts and keys depend on it.
    public var seed: UInt64
    /// What is drawn as a whole.
    public var unit: Unit
    /// How the rate becomes numbers.
    public var balance: Balance

    /// A draw; the defaults are those of the protocol card.
    public init(rate: LabelRate, seed: UInt64 = 0, unit: Unit = .clip, balance: Balance = .balanced) {
        self.rate = rate
        self.seed = seed
        self.unit = unit
        self.balance = balance
    }

    /// `balanced`, `global` or `fixed:k`, as it stands in a list.
    public var quota: String {
        if case .perClass(let count) = rate { return "fixed:\(count)" }
        return balance.rawValue
    }

    /// The labelled clips of `train`: classes in index order and clips in key order, or one key order for a global draw.
    ///
    /// Throws `notEnoughClips` where a class has fewer clips than `k/class` asks for, `emptyDraw` where a global draw would
    /// label nothing.
    public func samples(from train: VideoList) throws(DataSetError) -> [VideoSample] {
        switch rate {
        case .share(let share) where balance == .global:
            let wanted = share.roundedDown(of: train.count)
            guard wanted > 0 else { throw .emptyDraw(rate: "\(rate)", clips: train.count) }
            return take(wanted, of: units(of: train.samples, train.classes))
        default:
            var byClass = [[VideoSample]](repeating: [], count: train.classes.count)
            for sample in train.samples { if let label = sample.label { byClass[label].append(sample) } }
            var drawn: [VideoSample] = []
            for (label, samples) in byClass.enumerated() {
                let wanted = try quota(of: samples.count, className: train.classes[label])
                drawn += take(wanted, of: units(of: samples, train.classes))
            }
            return drawn
        }
    }

    /// The labelled clips as a list to save, with a header that says how it was drawn.
    public func list(from train: VideoList, dataSet: String, split: String? = nil) throws(DataSetError) -> SplitList {
        let names = try samples(from: train).map(\.name)
        return SplitList(
            names: names, dataSet: dataSet, split: split,
            origin: .drawn(rate: rate, unit: unit, quota: quota, seed: seed, ruleVersion: LabelDraw.ruleVersion))
    }

    /// n_c = min(N_c, max(1, round half up(rate N_c))).
    private func quota(of count: Int, className: String) throws(DataSetError) -> Int {
        switch rate {
        case .all: return count
        case .share(let share): return min(count, max(1, share.roundedHalfUp(of: count)))
        case .perClass(let wanted):
            guard wanted <= count else {
                throw .notEnoughClips(className: className, wanted: wanted, available: count)
            }
            return wanted
        }
    }

    /// Clips that are drawn together, by key ascending; within a unit by name.
    private func units(of samples: [VideoSample], _ classes: ClassList) -> [[VideoSample]] {
        let keyed = samples.map { sample in (key: SHA256.hexadecimal(of: "\(seed)|\(text(of: sample, classes))"), sample: sample)
        }
        let sorted = keyed.sorted {
            $0.key == $1.key ? precedesBytewise($0.sample.name, $1.sample.name) : $0.key < $1.key
        }
        var units: [[VideoSample]] = []
        var last = ""
        for (key, sample) in sorted {
            if key == last { units[units.count - 1].append(sample) } else { units.append([sample]) }
            last = key
        }
        return units
    }

    /// `Class/stem`, or `Class/group`: a group that spans classes is one unit in each.
    private func text(of sample: VideoSample, _ classes: ClassList) -> String {
        guard unit == .group, let group = sample.group, let label = sample.label else { return sample.name }
        return group.hasPrefix("\(classes[label])/") ? group : "\(classes[label])/\(group)"
    }

    private func take(_ wanted: Int, of units: [[VideoSample]]) -> [VideoSample] {
        var drawn: [VideoSample] = []
        for unit in units {
            guard drawn.count < wanted else { break }
            drawn += unit
        }
        return drawn
    }
}
