import Files
import Training

extension RunContents {
    /// Everything that was measured at each step.
    var curves: Page.Section {
        let plots = losses + accuracies + pseudoLabelShares + agreements + others + rates
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
        let plots = (terms.count + 4) / 5, size = (terms.count + plots - 1) / plots
        let groups = stride(from: 0, to: terms.count, by: size).map { Array(terms[$0..<min($0 + size, terms.count)]) }
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
        return [LinePlot(title: "Accuracy", caption: caption, style: .percent, over: steps(), series)]
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

    /// How far clusters agree with the classes, and with those of the round before, all in one plot each.
    private var agreements: [LinePlot] {
        let kinds = [
            (
                "agreementWithClasses", "Agreement of clusters with classes",
                "Normalised mutual information, by labels that training does not see."
            ),
            ("agreementWithPrevious", "Agreement of clusters with those of the round before", "Normalised mutual information."),
        ]
        return kinds.compactMap { name, title, caption in
            let columns = metrics.columns.filter { $0.name.hasSuffix("." + name) }
            guard !columns.isEmpty else { return nil }
            return LinePlot(
                title: title, caption: caption, over: steps(),
                columns.map { column in
                    .init(
                        name: String(column.name.dropLast(name.count + 1)),
                        points: column.values.map { .init(x: Double($0.step), y: $0.value) }, isMarked: true)
                })
        }
    }

    /// What a method measures of its own.
    private var others: [LinePlot] {
        let drawn = ["loss", "learningRate", "gradientNorm"],
            ends = [
                "keptRatio", "maskPrecision", "pseudoLabelAccuracy", "accuracyTop1", "accuracyTop5", "agreementWithClasses",
                "agreementWithPrevious",
            ]
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
        let width = StepMeans.width(steps: stepCount), times = StepMeans(seconds.values, width: width).means
        let clips = ratios(of: "clips", to: times, width).map { clips, time in
            LinePlot.Series.Point(
                x: Double(time.group * width), y: clips / time.mean, low: clips / time.greatest, high: clips / time.least)
        }
        let waits = ratios(of: "waitSeconds", to: times, width).map { wait, time in
            LinePlot.Series.Point(x: Double(time.group * width), y: wait / time.mean)
        }
        let plots = [
            LinePlot(
                title: "Clips a second", caption: "Clips of all streams that a second of training takes in.", over: steps(width),
                [.init(name: "clips/s", points: clips)]),
            LinePlot(
                title: "Waiting for clips", caption: "The share of the time in which the network waited for clips to be decoded.",
                style: .percent, over: steps(width), [.init(name: "waiting", points: waits)]),
        ]
        return zip(plots, [clips, waits]).filter { !$1.isEmpty }.map(\.0)
    }

    /// The means of a measured quantity, each beside the time of the same steps.
    private func ratios(of name: String, to times: [StepMeans.Mean], _ width: Int) -> [(Double, StepMeans.Mean)] {
        let means = StepMeans(timings.column(name)?.values ?? [], width: width).means
        let found = Dictionary(means.map { ($0.group, $0.mean) }) { first, _ in first }
        return times.filter { $0.least > 0 }.compactMap { time in found[time.group].map { ($0, time) } }
    }

    // MARK: Plots

    /// The steps of the run, so many at each point.
    private func steps(_ width: Int = 1) -> LinePlot.XAxis {
        LinePlot.XAxis(range: 0...Double(max(1, stepCount - 1)), width: width)
    }

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
        return LinePlot(title: title, caption: caption, style: style, over: steps(width), series)
    }
}
