package io.netrun.resilience.sample.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines of one run of the demo. One thread adds lines; any number of readers follow from the first line on, each at
 * its own speed, so that a slow reader delays no other. Thread-safe.
 */
final class Story {

    private static final Logger log = LoggerFactory.getLogger("demo");

    private final Clock clock;
    private final Instant start;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    Story(Clock clock) {
        this.clock = clock;
        this.start = clock.instant();
    }

    Duration age() {
        return Duration.between(start, clock.instant());
    }

    void chapter(String title) {
        append("");
        add("=== " + title);
    }

    /** Adds a line, with the seconds since the start. */
    void add(String text) {
        append(String.format(Locale.ROOT, "%5.1f  %s", age().toMillis() / 1000.0, text));
    }

    /** Adds a line about something that happened inside. */
    void aside(String text) {
        add("     . " + text);
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Waits for a line and returns it; empty if the story ended before it. */
    synchronized Optional<String> line(int index) throws InterruptedException {
        while (index >= lines.size() && !ended) {
            wait();
        }
        return index < lines.size() ? Optional.of(lines.get(index)) : Optional.empty();
    }

    private void append(String line) {
        log.info(line);
        synchronized (this) {
            if (!ended) {
                lines.add(line);
                notifyAll();
            }
        }
    }
}
