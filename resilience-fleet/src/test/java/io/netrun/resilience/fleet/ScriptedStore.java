package io.netrun.resilience.fleet;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store whose answers a test decides; by default those of an {@link InMemoryFleetStore}. */
final class ScriptedStore implements FleetStore {

    /** How a report is answered. */
    @FunctionalInterface
    interface Answer {
        FleetView to(NodeReport report) throws Exception;
    }

    private final BlockingQueue<NodeReport> reports = new LinkedBlockingQueue<>();
    private volatile Answer answer;

    ScriptedStore(Answer answer) {
        this.answer = answer;
    }

    void answer(Answer next) {
        answer = next;
    }

    @Override
    public FleetView exchange(NodeReport report) throws Exception {
        Answer present = answer; // before the test knows of the report, and changes the answer to the next one
        reports.add(report);
        return present.to(report);
    }

    /** Waits for the next report. */
    NodeReport next() throws InterruptedException {
        NodeReport report = reports.poll(30, TimeUnit.SECONDS);
        if (report == null) {
            throw new AssertionError("no report");
        }
        return report;
    }

    @Nullable
    NodeReport poll() {
        return reports.poll();
    }

    /** Grants every limit the same amount. */
    static FleetView granting(NodeReport report, long amount, int nodes) {
        return new FleetView(
                report.number(),
                1,
                List.of(report.node()),
                report.limits().stream()
                        .map(limit -> new LimitView(
                                limit.pattern(), limit.name(), limit.limit(), amount, limit.limit(), nodes))
                        .toList(),
                List.of(),
                List.of(),
                CommandMark.NONE,
                false);
    }

    /** Answers nothing until a latch is open, whatever interrupts the thread. */
    static FleetView hang(CountDownLatch open) {
        while (true) {
            try {
                if (open.await(Duration.ofMinutes(2).toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("released");
                }
            } catch (InterruptedException ignored) {
                // as a client that does not react to interrupts
            }
        }
    }
}
