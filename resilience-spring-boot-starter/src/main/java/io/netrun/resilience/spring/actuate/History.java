package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The last fifteen minutes of the instances: a sample every five seconds, by the registry's ticker. Runs from the start
 * of the context to its stop, and goes on when it is started again. Of instances of keyed families it follows the
 * busiest, so that its memory is bounded. Thread-safe.
 */
public final class History implements SmartLifecycle {

    /** The time from one sample to the next. */
    static final Duration EACH = Duration.ofSeconds(5);

    /** How many samples are kept. */
    static final int SAMPLES = 180;

    /** How many instances of keyed families are followed. */
    static final int MAX_KEYED = 200;

    /** How many other instances are followed. */
    static final int MAX_OTHERS = 2_000;

    private static final Logger log = LoggerFactory.getLogger(History.class);

    /** Of how many methods attempts are followed. */
    static final int MAX_METHODS = 2_000;

    private final ResilienceRegistry registry;
    private final AttemptTimes attemptTimes;
    private final Executor executor;
    private final Ticker ticker;
    private final Object lock = new Object();
    private final Map<Policy, Track> tracks = new HashMap<>();
    private final Map<String, OfMethod> attempts = new HashMap<>();
    private final long origin;

    private boolean running;
    private boolean afresh;
    private int run;
    private long slot = Long.MIN_VALUE;
    private @Nullable Instant last;
    private Ticker.@Nullable Scheduled next;
    private int every = 1;
    private Runnable follower = () -> {};

    /** An instance as it was read, before it is kept. */
    private record Reading(Policy policy, PatternDescriptor<?, ?> pattern, Figures figures, boolean keyed) {}

    /** The attempts of a method. */
    private record OfMethod(Attempts attempts, UsualTime usual) {}

    /**
     * The history of a registry's instances.
     *
     * @param attemptTimes how long the attempts of methods took, where that is measured
     * @param executor runs each sample, which takes too long for the timer's thread
     */
    public History(ResilienceRegistry registry, AttemptTimes attemptTimes, Executor executor) {
        this.registry = registry;
        this.attemptTimes = attemptTimes;
        this.executor = executor;
        this.ticker = registry.ticker();
        this.origin = ticker.nanoTime();
    }

    /**
     * Has some work done after some of the samples, in their thread; instead of other such work.
     *
     * @param samples after how many, each time
     */
    void afterEach(int samples, Runnable work) {
        synchronized (lock) {
            every = samples;
            follower = work;
        }
    }

    @Override
    public void start() {
        int mine;
        synchronized (lock) {
            if (running) {
                return;
            }
            running = true;
            mine = ++run;
        }
        executor.execute(() -> begin(mine));
    }

    /** Totals count from here, so that nothing seems to have happened at once that happened before. */
    private void begin(int mine) {
        synchronized (lock) {
            afresh = true;
        }
        sampleAndContinue(mine);
    }

    @Override
    public void stop() {
        synchronized (lock) {
            running = false;
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
    }

    @Override
    public boolean isRunning() {
        synchronized (lock) {
            return running;
        }
    }

    /** When the latest sample was taken; null before the first. */
    @Nullable
    Instant last() {
        synchronized (lock) {
            return last;
        }
    }

    /** A copy of what is known of an instance; null if it is not followed. */
    @Nullable
    Track of(Policy policy) {
        synchronized (lock) {
            Track track = tracks.get(policy);
            return track == null ? null : track.copy(slot);
        }
    }

    /** The names of the instances that were not well in the last samples. */
    Set<String> troubled(int samples) {
        Set<String> names = new HashSet<>();
        synchronized (lock) {
            tracks.forEach((policy, track) -> {
                if (track.isTroubled(slot, samples)) {
                    names.add(policy.name());
                }
            });
        }
        return names;
    }

    /** The attempts of some methods together in the last samples; none of those that are not followed. */
    Attempts attempts(Collection<String> methods, int samples) {
        Attempts sum = new Attempts(SAMPLES);
        synchronized (lock) {
            for (String method : methods) {
                OfMethod ofMethod = attempts.get(method);
                if (ofMethod != null) {
                    ofMethod.attempts.addTo(sum, slot, samples);
                }
            }
        }
        return sum;
    }

    /**
     * That the attempts of some methods together are slower than they usually were, because one of the methods is: more
     * calls of a method that always takes longer are no slow work. Null if they are not, or none has ended for a
     * minute.
     */
    @Nullable
    Slowdown slowdown(Collection<String> methods) {
        synchronized (lock) {
            Instant since = slowSince(methods);
            if (since == null) {
                return null;
            }
            int from = Comparison.recent(since, last);
            SlowMethods slow = new SlowMethods();
            for (String method : methods) {
                OfMethod ofMethod = attempts.get(method);
                if (ofMethod != null) {
                    slow.add(ofMethod.attempts.copy(slot), ofMethod.usual.slowdown(), from);
                }
            }
            return slow.together(attempts(methods, SAMPLES).usual(from, SAMPLES));
        }
    }

    /**
     * In which of the samples, the oldest first, the attempts of some methods together were slower than they usually
     * were; null if in none.
     */
    boolean @Nullable [] slowSamples(Collection<String> methods) {
        synchronized (lock) {
            List<Attempts> ofMethods = new ArrayList<>(methods.size());
            boolean slow = false;
            for (String method : methods) {
                OfMethod ofMethod = attempts.get(method);
                if (ofMethod != null) {
                    ofMethods.add(ofMethod.attempts);
                    slow |= ofMethod.attempts.wasSlow();
                }
            }
            return slow ? SlowMethods.samples(ofMethods, slot) : null;
        }
    }

    /** Since when the first of some methods is slow; null if none is. Without a copy, since most are not. */
    private @Nullable Instant slowSince(Collection<String> methods) {
        Instant since = null;
        for (String method : methods) {
            OfMethod ofMethod = attempts.get(method);
            Slowdown slowdown = ofMethod == null ? null : ofMethod.usual.slowdown();
            if (slowdown != null && (since == null || slowdown.since().isBefore(since))) {
                since = slowdown.since();
            }
        }
        return since;
    }

    private void sampleAndContinue(int mine) {
        try {
            sample(mine);
        } catch (RuntimeException | LinkageError e) {
            log.warn("A sample for the console failed; the next one follows in {}", EACH, e);
        } finally {
            schedule(mine);
        }
    }

    private void schedule(int mine) {
        synchronized (lock) {
            if (running && run == mine) {
                long passed = ticker.nanoTime() - origin;
                long at = origin + (Math.floorDiv(passed, EACH.toNanos()) + 1) * EACH.toNanos();
                next = ticker.scheduleAt(() -> handOver(mine), at);
            }
        }
    }

    /** On the timer's thread. If no thread can be started, the next sample may have more luck. */
    private void handOver(int mine) {
        try {
            executor.execute(() -> sampleAndContinue(mine));
        } catch (RuntimeException | Error e) {
            log.warn("A sample for the console was left out: no thread could be started", e);
            schedule(mine);
        }
    }

    private void sample(int mine) {
        Runnable work = take(mine);
        work.run();
    }

    /** Takes a sample; what it returns is to be done without the lock. */
    private Runnable take(int mine) {
        List<Reading> readings = busiest(readings());
        Map<String, AttemptTime> times = attemptTimes.byMethod();
        Instant now = ticker.now();
        long current = Math.floorDiv(ticker.nanoTime() - origin, EACH.toNanos());
        synchronized (lock) {
            if (!running || run != mine) {
                return () -> {};
            }
            Set<Policy> present = new HashSet<>();
            for (Reading reading : readings) {
                present.add(reading.policy);
                Track track = tracks.get(reading.policy);
                boolean first = track == null;
                if (track == null) {
                    track = new Track(SAMPLES);
                    tracks.put(reading.policy, track);
                }
                if (afresh || (first && reading.keyed)) {
                    track.countFrom(reading.figures);
                }
                Duration longestWait = reading.pattern.takeLongestWait(reading.policy);
                if (!afresh) {
                    track.add(current, reading.figures, longestWait);
                }
            }
            tracks.keySet().removeIf(policy -> !present.contains(policy));
            addAttempts(current, times, now);
            boolean first = afresh;
            if (!afresh) {
                slot = current;
                last = now;
            }
            afresh = false;
            return first || current % every != 0 ? () -> {} : follower;
        }
    }

    private void addAttempts(long current, Map<String, AttemptTime> times, Instant now) {
        times.forEach((method, time) -> {
            OfMethod ofMethod = attempts.get(method);
            if (ofMethod == null && attempts.size() < MAX_METHODS) {
                ofMethod = new OfMethod(new Attempts(SAMPLES), new UsualTime());
                attempts.put(method, ofMethod);
            }
            if (ofMethod != null && afresh) {
                ofMethod.attempts.countFrom(time);
            } else if (ofMethod != null) {
                if (ofMethod.attempts.add(current, time)) {
                    ofMethod.usual.sampled(ofMethod.attempts, current, now);
                }
            }
        });
    }

    private List<Reading> readings() {
        List<Reading> readings = new ArrayList<>();
        for (Policy policy : registry.all()) {
            PatternDescriptor<?, ?> pattern = PatternDescriptors.of(policy).orElse(null);
            if (pattern != null) {
                readings.add(new Reading(
                        policy,
                        pattern,
                        Figures.of(pattern, policy),
                        registry.familyOf(policy).isPresent()));
            }
        }
        return readings;
    }

    private static List<Reading> busiest(List<Reading> readings) {
        if (readings.size() <= MAX_KEYED) {
            return readings;
        }
        List<Reading> busiest = new ArrayList<>(readings);
        busiest.sort(Comparator.comparingLong((Reading reading) -> reading.figures.traffic())
                .reversed());
        int[] left = {MAX_OTHERS, MAX_KEYED};
        busiest.removeIf(reading -> left[reading.keyed ? 1 : 0]-- <= 0);
        return busiest;
    }
}
