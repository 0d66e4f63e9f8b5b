package io.netrun.resilience.fleet;

import io.netrun.resilience.FailureText;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that asks the store once per interval, from a start of a node to its stop. */
final class FleetLoop implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(FleetLoop.class);

    private static final double LEAST_PART = 0.8;
    private static final double PART_RANGE = 0.4;
    private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STOP_MILLIS = 500;
    private static final int MAX_DOUBLINGS = 16;

    private static final String CHECK = ". Check the connection to the store";

    /** How often per interval a node looks at its limits. */
    private static final int LOOKS = 5;

    private final FleetConfig config;
    private final FleetStore store;
    private final Ticker ticker;
    private final Consumer<? super FleetCommand> onCommand;
    private final Consumer<FleetEvent> onEvent;
    private final FleetSession session;
    private final Thread thread;
    private final CountDownLatch firstAnswer = new CountDownLatch(1);
    private final CountDownLatch firstView = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final Semaphore wake = new Semaphore(0);
    private final ConcurrentLinkedQueue<Given> commands = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean degraded = new AtomicBoolean();
    private final long startedAt;

    private volatile boolean stopping;

    /** The loop before a restart, until this one's first report has been answered or not. */
    private volatile @Nullable FleetLoop former;

    /** Whether the loop after a restart counts the calls. */
    private volatile boolean succeeded;

    /** Whether an exchange is under way that has not been counted as a failure. */
    private final AtomicBoolean underWay = new AtomicBoolean();

    private volatile @Nullable Applied applied;

    private final FleetClock clock = new FleetClock();
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable String lastFailure;

    /** Written by the thread of the loop, and before it starts. */
    private volatile CommandMark lastCommand = CommandMark.NONE;

    /** A command, and when it was given. */
    private record Given(FleetCommand command, long at) {

        FleetCommand asOf(long now) {
            return command.withAge(command.age().plusNanos(now - at));
        }
    }

    /** A view that was applied, and when it was asked for. */
    private record Applied(FleetView view, long sentAt) {}

    FleetLoop(
            String name,
            FleetConfig config,
            FleetStore store,
            ResilienceRegistry registry,
            Consumer<? super FleetCommand> onCommand,
            Consumer<FleetEvent> onEvent) {
        this.config = config;
        this.store = store;
        this.ticker = registry.ticker();
        this.onCommand = onCommand;
        this.onEvent = onEvent;
        this.startedAt = ticker.nanoTime();
        String node = name
                + '-'
                + String.format(
                        Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        this.session = new FleetSession(node, config, registry, Workers::handOver, this::onLeaseOver);
        this.thread = new Thread(this, "resilience-fleet");
        thread.setDaemon(true);
    }

    /**
     * Follows a loop that was stopped: counts its calls with its first report, sends what it has not sent, and knows
     * the commands that it knew, of which the store may have lost some meanwhile.
     */
    void succeed(@Nullable FleetLoop stopped) {
        former = stopped;
        if (stopped != null) {
            lastCommand = stopped.lastCommand;
            commands.addAll(stopped.commands);
        }
    }

    /** Starts the thread. If there is no thread or no timer for it, the limits are lifted and that is thrown. */
    void start() {
        try {
            session.begin();
            thread.start();
        } catch (Throwable thrown) {
            stopping = true;
            endFormer();
            session.abandon();
            throw thrown;
        }
    }

    /** Waits for the first view or failure, in real time. */
    void awaitFirstAnswer(Duration longest) {
        await(firstAnswer, longest);
    }

    /** Waits for the first view, in real time. */
    void awaitFirstView(Duration longest) {
        await(firstView, longest);
    }

    private void await(CountDownLatch latch, Duration longest) {
        try {
            boolean inTime = latch.await(longest.toMillis(), TimeUnit.MILLISECONDS);
            log.debug("Fleet node '{}': an answer within {}: {}", session.node(), longest, inTime);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void send(FleetCommand command) {
        commands.add(new Given(command, ticker.nanoTime()));
        wake.release();
    }

    /** Lowers the limits, and reports that the node leaves. Does not wait for a store that does not answer. */
    void stop() {
        session.leave();
        stopping = true;
        endFormer();
        wake.release();
        if (Thread.currentThread() != thread) {
            awaitLeft();
        }
    }

    private void awaitLeft() {
        try {
            if (!left.await(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                thread.interrupt();
                boolean reported = left.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
                log.debug("Fleet node '{}': leaving was reported: {}", session.node(), reported);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void endFormer() {
        FleetLoop ending = former;
        former = null;
        if (ending != null) {
            ending.session.end();
            ending.succeeded = true;
            ending.wake.release();
        }
    }

    @Override
    public void run() {
        boolean first = true;
        int failed = 0;
        while (!stopping) {
            try {
                boolean answered = tryExchange(false);
                failed = answered ? 0 : failed + 1;
                onAnswer(answered);
                if (answered) {
                    pauseUnlessHurried(delay(first));
                } else {
                    pause(retryDelay(failed));
                }
                first = first && !answered;
            } catch (Throwable thrown) {
                failed++;
                SafeLog.error(log, "Fleet node '{}': an interval failed", session.node(), thrown);
                LockSupport.parkNanos(this, config.interval().toNanos()); // perhaps there is no timer to wait for
            }
        }
        try {
            leave();
        } catch (Throwable thrown) {
            SafeLog.warn(log, "Fleet node '{}': leaving could not be reported", session.node(), thrown);
        } finally {
            left.countDown();
        }
    }

    private void onAnswer(boolean answered) {
        if (!answered) {
            session.onFailure();
        }
        endFormer();
        firstAnswer.countDown();
    }

    /** Reports that the node leaves, and then how its calls end, for a lease at most. */
    private void leave() {
        long end = ticker.nanoTime() + config.lease().toNanos();
        long reported = session.inUse();
        boolean answered = !Thread.interrupted() && tryExchange(true);
        long reportedAt = ticker.nanoTime();
        left.countDown();
        while (answered && reported > 0 && ticker.nanoTime() - end < 0) {
            pause(config.interval().toNanos() / LOOKS);
            long inUse = succeeded ? 0 : session.inUse();
            if (inUse < reported
                    || ticker.nanoTime() - reportedAt >= config.interval().toNanos()) {
                reported = inUse;
                reportedAt = ticker.nanoTime();
                answered = tryExchange(true);
            }
        }
    }

    /**
     * Asks the store once. Returns whether it answered with a usable view. The report has the moment when it was made,
     * since it may reach the store much later; commands and votes are left to the next one as long as that is not
     * known.
     */
    private boolean tryExchange(boolean leaving) {
        String failure;
        underWay.set(true);
        try {
            long reportedAt = ticker.nanoTime();
            long reportTime = clock.at(reportedAt);
            List<Given> sent = reportTime == 0 ? List.of() : new ArrayList<>(commands);
            List<FleetCommand> given =
                    sent.stream().map(command -> command.asOf(reportedAt)).toList();
            NodeReport report = session.report(reportTime, leaving, given, lastCommand);
            long sentAt = ticker.nanoTime();
            exchanges.incrementAndGet();
            FleetView view = store.exchange(report);
            if (view != null) {
                clock.observe(sentAt, ticker.nanoTime(), view.time());
            }
            if (leaving) {
                sent.forEach(commands::remove);
                return true;
            }
            if (view == null) {
                failure = "The store has returned null instead of a view. A FleetStore returns a view, or throws";
            } else if (session.tryApply(view, sentAt, clock)) {
                withdrawFailure();
                sent.forEach(commands::remove);
                onView(view, sentAt);
                return true;
            } else {
                failure = "The view is for report " + view.number() + " instead of " + report.number()
                        + ", or came after the end of its lease. Check how long the store takes to answer";
            }
        } catch (Throwable thrown) {
            failure = textOf(thrown);
        }
        countFailure();
        lastFailure = failure;
        return false;
    }

    /** An exchange is one failure, whether it is noticed at the end of the lease or at its own. */
    private void countFailure() {
        if (underWay.getAndSet(false)) {
            failures.incrementAndGet();
        }
    }

    /** The lease of the former view was over while a slow store worked on this one. */
    private void withdrawFailure() {
        if (!underWay.getAndSet(false)) {
            failures.decrementAndGet();
        }
    }

    /** With the remedy: a store that knows one names it. */
    private static String textOf(Throwable thrown) {
        if (thrown instanceof FleetStoreException) {
            return String.valueOf(FailureText.messageOf(thrown));
        }
        String message = FailureText.messageOf(thrown);
        return thrown.getClass().getName() + (message == null ? "" : ": " + message) + CHECK;
    }

    private void onView(FleetView view, long sentAt) {
        Applied former = applied;
        applied = new Applied(view, sentAt);
        lastFailure = null;
        firstView.countDown();
        if (former == null) {
            SafeLog.info(
                    log,
                    "Fleet node '{}': takes part in its fleet of {} nodes now",
                    session.node(),
                    view.nodes().size());
        }
        if (degraded.getAndSet(false)) {
            long since = former == null ? startedAt : former.sentAt;
            onEvent.accept(new FleetEvent.Restored(ticker.now(), Duration.ofNanos(ticker.nanoTime() - since)));
        }
        lastCommand = view.lastCommand();
        if (view.commandsLost()) {
            SafeLog.warn(
                    log,
                    "Fleet node '{}': the store has lost operators' changes for the fleet. They stay in force on the"
                            + " nodes that have applied them",
                    session.node());
            onEvent.accept(new FleetEvent.CommandsLost(ticker.now()));
        }
        long answeredAt = clock.momentOf(view.time());
        for (FleetCommand received : view.commands()) {
            // For each anew: to apply one may take long, as its listeners do.
            long sinceView = Math.max(0, ticker.nanoTime() - answeredAt);
            FleetCommand command = received.withAge(received.age().plusNanos(sinceView));
            try {
                onCommand.accept(command);
            } catch (Throwable thrown) {
                SafeLog.error(log, "Fleet node '{}': {} could not be applied", session.node(), command, thrown);
            }
        }
    }

    private void onLeaseOver() {
        if (stopping || degraded.getAndSet(true)) {
            return;
        }
        Applied last = applied;
        String cause = lastFailure;
        if (cause == null) {
            cause = "The store has not answered the last report" + CHECK;
            countFailure();
            lastFailure = cause;
        }
        onEvent.accept(new FleetEvent.Degraded(
                ticker.now(), FleetNode.timeOf(last == null ? startedAt : last.sentAt, ticker), cause));
    }

    /** The first delay spreads the nodes of a fleet that start together. */
    private long delay(boolean first) {
        double chance = ThreadLocalRandom.current().nextDouble();
        return (long) (config.interval().toNanos() * (first ? chance : LEAST_PART + PART_RANGE * chance));
    }

    /** Randomized up to a growing limit, which is not above a lease, so that a node is back soon after its store. */
    private long retryDelay(int failed) {
        long interval = config.interval().toNanos();
        long most = Math.min(config.lease().toNanos(), LONGEST_RETRY_NANOS);
        long limit = Math.min(most, interval << Math.min(failed - 1, MAX_DOUBLINGS));
        return Math.max(interval / 4, ThreadLocalRandom.current().nextLong(Math.max(1, limit)));
    }

    /** Looks at the limits in between, because a risen demand and what was given up should not wait. */
    private void pauseUnlessHurried(long nanos) {
        long end = ticker.nanoTime() + nanos;
        long look = config.interval().toNanos() / LOOKS;
        long left = nanos;
        while (left > 0 && !stopping && commands.isEmpty()) {
            pause(Math.min(left, look));
            if (session.tryHurry()) {
                return;
            }
            left = end - ticker.nanoTime();
        }
    }

    private void pause(long nanos) {
        boolean interrupted;
        do {
            interrupted = false;
            try {
                await(nanos);
            } catch (InterruptedException e) {
                interrupted = true; // by a stop, or left over from a client of the store
            }
        } while (interrupted && !stopping);
    }

    private void await(long nanos) throws InterruptedException {
        if (ticker == Ticker.system()) {
            wake.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } else {
            Ticker.Scheduled timer = ticker.schedule(wake::release, nanos);
            try {
                wake.acquire();
            } finally {
                timer.cancel();
            }
        }
        wake.drainPermits();
    }

    FleetStatus status() {
        Applied last = applied;
        return new FleetStatus(
                session.node(),
                session.isLeased() && last != null,
                last == null ? null : last.view,
                last == null ? null : FleetNode.timeOf(last.sentAt, ticker),
                last == null ? null : Duration.ofNanos(ticker.nanoTime() - last.sentAt),
                exchanges.get(),
                failures.get(),
                lastFailure);
    }
}
