package io.netrun.resilience.fleet;

import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent.StateChanged;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.circuitbreaker.FleetMode;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A circuit breaker that takes part in the fleet. Changed by one thread at a time, except for its openings. */
final class SharedCircuit {

    /** The reason of an opening that follows from other nodes, which is no vote. */
    private static final String FLEET = "fleet: ";

    /** The reason of an operator's reset. */
    private static final String RESET = "reset";

    /** The reason of trials that an operator has begun. */
    private static final String HALF_OPEN = "set half-open";

    private static final long LONGEST_VOTE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int WHOLE_QUORUM = 1_000;

    /** In which part of an interval nodes try that follow a closed circuit, so that all have tried after two. */
    private static final double SPREAD = 0.8;

    private final CircuitBreaker breaker;
    private final Subscription openings;
    private long calls;

    /** The latest opening that is this node's own vote; null if the latest opening is not. */
    private volatile @Nullable Opening vote;

    private final AtomicLong opening = new AtomicLong();
    private volatile boolean tightened;

    /** Whether the fleet has opened the circuit, as far as this node knows. */
    private volatile boolean fleetOpen;

    /** The fleet's opening by the latest vote when this node has learnt of it; null once a view is without one. */
    private volatile @Nullable Opening fleetOpening;

    /**
     * Whether an operator has reset the circuit or begun trials on this node since, or trials have closed it while this
     * node was alone: the fleet's opening does not apply here.
     */
    private volatile boolean overruled;

    /** The latest closing by trials of this node since its latest own opening; null if there was none. */
    private volatile @Nullable Closing closing;

    private record Opening(long at) {}

    private record Closing(long at) {}

    SharedCircuit(CircuitBreaker breaker) {
        this.breaker = breaker;
        this.calls = calls(breaker.metrics());
        this.openings = breaker.on(StateChanged.class, this::onStateChanged);
    }

    CircuitBreaker policy() {
        return breaker;
    }

    /** Listeners are called in the order of the changes, one at a time. */
    private void onStateChanged(StateChanged event) {
        if ((event.to() == CircuitBreaker.State.CLOSED && event.reason().equals(RESET))
                || (event.to() == CircuitBreaker.State.HALF_OPEN
                        && event.reason().equals(HALF_OPEN))) {
            overruled = fleetOpen || !takesPart(event.from());
        } else if (event.to() == CircuitBreaker.State.CLOSED && isAloneWithOpening()) {
            overruled = true;
        }
        if (event.to() == CircuitBreaker.State.CLOSED && event.from() == CircuitBreaker.State.HALF_OPEN) {
            closing = new Closing(momentOf(event));
        }
        if (event.to() != CircuitBreaker.State.OPEN) {
            return;
        }
        if (tightened || event.reason().startsWith(FLEET)) {
            vote = null;
        } else {
            overruled = false;
            closing = null;
            opening.incrementAndGet();
            vote = new Opening(momentOf(event));
        }
    }

    /** The moment of an event in the ticker's time: it may arrive late, behind a listener that takes long. */
    private long momentOf(StateChanged event) {
        Ticker ticker = breaker.ticker();
        long late = Duration.between(event.time(), ticker.now()).toNanos();
        return ticker.nanoTime() - Math.max(0, Math.min(LONGEST_VOTE_NANOS, late)); // the wall clock may have jumped
    }

    private static boolean takesPart(CircuitBreaker.State state) {
        return state != CircuitBreaker.State.FORCED_OPEN && state != CircuitBreaker.State.DISABLED;
    }

    private static long calls(CircuitBreakerMetrics metrics) {
        return metrics.totalSucceeded()
                + metrics.totalFailed()
                + metrics.totalIgnored()
                + metrics.totalCancelled()
                + metrics.totalRejected();
    }

    /**
     * Creates the report; null if the circuit takes no part, because an operator has switched it.
     *
     * @param votes whether the report may have a vote
     */
    @Nullable
    CircuitReport report(boolean votes) {
        CircuitBreakerMetrics metrics = breaker.metrics();
        CircuitReport.State state = switch (metrics.state()) {
            case CLOSED -> CircuitReport.State.CLOSED;
            case OPEN -> CircuitReport.State.OPEN;
            case HALF_OPEN -> CircuitReport.State.HALF_OPEN;
            case FORCED_OPEN, DISABLED -> null;
        };
        long latest = calls(metrics);
        boolean called = latest != calls;
        calls = latest;
        if (state == null) {
            return null;
        }
        CircuitBreakerConfig config = breaker.config();
        boolean due = breaker.isTrialDue();
        return new CircuitReport(
                breaker.name(),
                config.fleet(),
                (int) Math.max(1, Math.round(config.fleetQuorum() * WHOLE_QUORUM)),
                state,
                called,
                votes && state == CircuitReport.State.OPEN && !due ? vote(metrics.nextTrialTime()) : Duration.ZERO,
                due,
                opening.get());
    }

    private Duration vote(@Nullable Instant nextTrialTime) {
        Opening own = vote;
        if (own == null || nextTrialTime == null) {
            return Duration.ZERO;
        }
        Ticker ticker = breaker.ticker();
        Duration left = Duration.ofNanos(LONGEST_VOTE_NANOS - (ticker.nanoTime() - own.at));
        Duration open = Duration.between(ticker.now(), nextTrialTime);
        Duration vote = left.compareTo(open) < 0 ? left : open;
        return vote.isNegative() ? Duration.ZERO : vote;
    }

    /**
     * Follows the fleet. Calls no listener.
     *
     * @param votedAt when the latest vote was made, in the ticker's time
     * @param nodes the number of live nodes, for the reason
     * @param until how much longer the view counts, in nanoseconds
     * @param interval the time between two views, in nanoseconds
     * @return opens the circuit, which calls its listeners; null if it need not be opened
     */
    @Nullable
    Runnable apply(CircuitView view, long votedAt, int nodes, long until, long interval) {
        FleetMode mode = breaker.config().fleet();
        tighten(mode == FleetMode.HINT && view.votedElsewhere());
        if (mode == FleetMode.QUORUM && view.open()) {
            fleetOpen = true;
            Opening known = fleetOpening;
            if (known == null || known.at - votedAt > 0) {
                known = new Opening(votedAt);
                fleetOpening = known;
            }
            long since = known.at;
            overruled = overruled || isClosedSince(votedAt) || isOperatedSince(since);
            if (overruled) {
                breaker.holdOpen(0);
                return null;
            }
            if (view.trial()) {
                breaker.holdOpen(0);
            } else {
                breaker.holdOpen(until);
                return () -> breaker.open(FLEET + view.openVotes() + " of " + nodes + " nodes", since);
            }
        } else if (fleetOpen) {
            fleetOpen = false;
            if (!overruled || (vote == null && breaker.state() == CircuitBreaker.State.OPEN)) {
                follow(interval);
            }
        }
        overruled = false;
        fleetOpening = null;
        return null;
    }

    /** Whether the view has become too old while the fleet had opened the circuit. */
    private boolean isAloneWithOpening() {
        return !fleetOpen && fleetOpening != null;
    }

    /** A vote may arrive long after it was made, behind a store that did not answer. */
    private boolean isClosedSince(long votedAt) {
        Closing latest = closing;
        return latest != null && latest.at - votedAt > 0;
    }

    /**
     * Whether an operator has reset this circuit or begun trials since a moment, and it has not opened by itself since.
     */
    private boolean isOperatedSince(long moment) {
        Opening own = vote;
        return breaker.isOperatedSince(moment) && (own == null || breaker.isOperatedSince(own.at));
    }

    /** The circuit of the fleet has closed: this one tries soon, but not at the same moment as all others. */
    private void follow(long interval) {
        vote = null;
        breaker.holdOpen(ThreadLocalRandom.current().nextLong((long) (interval * SPREAD)));
        breaker.expireOpen();
    }

    /** The view is too old: the circuit is that of this process alone. */
    void standAlone() {
        fleetOpen = false;
        tighten(false);
        breaker.holdOpen(0);
    }

    private void tighten(boolean tight) {
        if (tight != tightened) {
            tightened = tight;
            breaker.tighten(tight);
        }
    }

    /** Ends the participation. */
    void leave() {
        openings.close();
        standAlone();
    }
}
