import Files
import Training

extension RunContents {
    /// Everything that was measured at each step.
    var curves: Page.Section {
        let plots = losses + accuracies + pseudoLabelShares + others + rates
        let width = StepMeans.width(steps: stepCount)
        let thinning =
            width == 1
            ? "Every step is drawn."
            : "Each point is the mean over \(width) steps; bands reach from the least to the greatest of them and are cut at the frame."
        let parts: [any PagePart] = plots.isEmpty ? [Note("No step has been recorded.")] : [Note(thinning)] + plots
        return Page.Section(id: "curves", title: "Curves", parts: parts)
    }

    // MARK: Metrics

    /// The whole loss, and its terms, some in a plot.
    private var losses: [LinePlot] {
        let terms = metrics.columns.filter { $0.name.hasPrefix("loss.") }
        let whole = metrics.column("loss").map { [plot("Loss", [$0])] } ?? []
        guard terms.count > 1 else { return whole }
        let groups = stride(from: 0, to: terms.count, by: 4).map { Array(terms[$0..<min($0 + 4, terms.count)]) }
        return whole
            + groups.enumerated().map { number, group in
                plot("Loss terms" + (groups.count > 1 ? " \(number + 1)" : ""), group) { String($0.dropFirst("loss.".count)) }
            }
    }

    /// Accuracies on the way and at the end.
    private var accuracies: [LinePlot] {
        let names = [("validation.accuracyTop1", "validation"), ("test.accuracyTop1", "test")]
        var series = names.compactMap { column, name in
            metrics.column(column).map { column in
                LinePlot.Series(name: name, points: column.values.map { .init(x: Double($0.step), y: $0.value) }, isMarked: true)
            }
        }
        if !series.isEmpty, let final = record.result?["accuracyTop1"]?.realValue {
            let interval = record.result?["accuracyTop1Interval"]
            let point = LinePlot.Series.Point(
                x: Double(max(0, stepCount - 1)), y: final, low: interval?["low"]?.realValue, high: interval?["high"]?.realValue)
            series.append(LinePlot.Series(name: "test, at the end", points: [point], isMarked: true))
        }
        // The end alone is no curve.
        guard series.contains(where: { $0.points.count > 1 }) else { return [] }
        let caption =
            "Top-1" + (series.contains { $0.points.contains { $0.low != nil } } ? "; the bar is the 95 % interval." : ".")
        return [LinePlot(title: "Accuracy", caption: caption, style: .percent, xs: steps, series)]
    }

    /// The shares that pseudo-labels are judged by, those of all networks in one plot.
    private var pseudoLabelShares: [LinePlot] {
        let kinds = [
            ("keptRatio", "Kept ratio", "The share of unlabelled clips whose pseudo-label counts."),
            (
                "maskPrecision", "Mask precision",
                "The share of right ones among the pseudo-labels that count, by labels that training does not see."
            ),
            (
                "pseudoLabelAccuracy", "Accuracy of pseudo-labels",
                "The share of right ones among all pseudo-labels, by labels that training does not see."
            ),
        ]
        return kinds.compactMap { name, title, caption in
            let columns = metrics.columns.filter { $0.name == name || $0.name.hasSuffix("." + name) }
            guard !columns.isEmpty else { return nil }
            return plot(title, columns, caption: caption, style: .percent) {
                $0 == name ? (columns.count > 1 ? "main" : name) : String($0.dropLast(name.count + 1))
            }
        }
    }

    /// What a method measures of its own.
    private var others: [LinePlot] {
        let drawn = ["loss", "learningRate", "gradientNorm"],
            ends = ["keptRatio", "maskPrecision", "pseudoLabelAccuracy", "accuracyTop1", "accuracyTop5"]
        return metrics.columns.filter { column in
            !drawn.contains(column.name) && !column.name.hasPrefix("loss.")
                && !ends.contains { column.name == $0 || column.name.hasSuffix("." + $0) }
        }
        .map { plot($0.name, [$0], caption: "Measured by the method.") }
    }

    /// How fast the networks move, and how fast the machine works.
    private var rates: [LinePlot] {
        let given = [("learningRate", "Learning rate"), ("gradientNorm", "Gradient norm")].compactMap { name, title in
            metrics.column(name).map { plot(title, [$0]) }
        }
        return given + throughput
    }

    // MARK: Timings

    private var throughput: [LinePlot] {
        guard let seconds = timings.column("seconds") else { return [] }
        let width = StepMeans.width(steps: stepCount), time = StepMeans(seconds.values, width: width)
        let clips = timings.column("clips").map { perSecond($0, time) } ?? []
        let waits = timings.column("waitSeconds").map { waitShare($0, time) } ?? []
        return clips + waits
    }

    private func perSecond(_ clips: StepLog.Column, _ time: StepMeans) -> [LinePlot] {
        let clips = Dictionary(StepMeans(clips.values, width: time.width).means.map { ($0.group, $0.mean) }) { first, _ in first }
        let points = time.means.compactMap { mean -> LinePlot.Series.Point? in
            guard let count = clips[mean.group], mean.least > 0 else { return nil }
            return .init(
                x: Double(mean.group * time.width), y: count / mean.mean, low: count / mean.greatest, high: count / mean.least)
        }
        let caption = "Clips of all streams that a second of training takes in."
        return [
            LinePlot(
                title: "Clips a second", caption: caption, xs: steps, width: time.width, [.init(name: "clips/s", points: points)])
        ]
    }

    private func waitShare(_ waits: StepLog.Column, _ time: StepMeans) -> [LinePlot] {
        let waits = Dictionary(StepMeans(waits.values, width: time.width).means.map { ($0.group, $0.mean) }) { first, _ in first }
        let points = time.means.compactMap { mean -> LinePlot.Series.Point? in
            guard let wait = waits[mean.group], mean.mean > 0 else { return nil }
            return .init(x: Double(mean.group * time.width), y: wait / mean.mean)
        }
        let caption = "The share of the time in which the network waited for clips to be decoded."
        return [
            LinePlot(
                title: "Waiting for clips", caption: caption, style: .percent, xs: steps, width: time.width,
                [.init(name: "waiting", points: points)])
        ]
    }

    // MARK: Plots

    /// The steps of the run.
    private var steps: ClosedRange<Double> { 0...Double(max(1, stepCount - 1)) }

    /// Quantities of the metrics over the steps; `name` makes what the legend says out of their names.
    private func plot(
        _ title: String, _ columns: [StepLog.Column], caption: String? = nil, style: PlotScale.Style = .number,
        name: (String) -> String = { $0 }
    ) -> LinePlot {
        let width = StepMeans.width(steps: stepCount)
        let series = columns.map { column in
            LinePlot.Series(
                name: name(column.name),
                points: StepMeans(column.values, width: width).means.map {
                    .init(x: Double($0.group * width), y: $0.mean, low: $0.least, high: $0.greatest)
                })
        }
        return LinePlot(title: title, caption: caption, style: style, xs: steps, width: width, series)
    }
}
