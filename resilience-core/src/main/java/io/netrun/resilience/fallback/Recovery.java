package io.netrun.resilience.fallback;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempt of a handler to recover a failed call. It counts once: when its result is known, which for a stage or a
 * publisher is its end, or when the call is abandoned before that.
 */
final class Recovery extends Deadline.InFlight {

    private final Fallback fallback;
    private final FallbackHandler handler;

    /** What the call failed with. */
    private final Throwable failure;

    /** The failure that the handler receives. */
    private final Throwable shown;

    /**
     * The call, or a {@link Stream}. Null once this is counted, so that it can be collected while the scope of the call
     * goes on.
     */
    private @Nullable Object call;

    /** The age of the stale result that is the handler's result; null for other handlers. */
    private final @Nullable Duration age;

    Recovery(Fallback fallback, FallbackHandler handler, Throwable failure, Throwable shown, Object call) {
        this(fallback, handler, failure, shown, call, null);
    }

    private Recovery(
            Fallback fallback,
            FallbackHandler handler,
            Throwable failure,
            Throwable shown,
            Object call,
            @Nullable Duration age) {
        this.fallback = fallback;
        this.handler = handler;
        this.failure = failure;
        this.shown = shown;
        this.call = call;
        this.age = age;
    }

    /** A stream, which another thread may leave, with the caller's context for the listeners of that. */
    private record Stream(Object call, CallerContext context) {}

    /** Sets the caller's context. */
    void setContext(CallerContext context) {
        if (call instanceof AdaptedCall<?> stream) {
            call = new Stream(stream, context);
        }
    }

    /** The recovery of a call by a stale result. */
    static Recovery byStale(
            Fallback fallback, StaleResults.Kept kept, Duration age, Throwable failure, Throwable shown, Object call) {
        FallbackHandler handler = new FallbackHandler(Exception.class, (thrown, body) -> kept.result());
        return new Recovery(fallback, handler, failure, shown, call, age);
    }

    /**
     * Calls the handler.
     *
     * @throws Throwable what the handler throws; the failure of the call if that was abandoned meanwhile
     */
    @Nullable
    Object callHandler() throws Throwable {
        Object body = call instanceof Stream stream ? stream.call : call;
        if (body == null) {
            throw failure;
        }
        return handler.function().apply(shown, AdaptedCall.sourceOf(body));
    }

    /**
     * Counts that the handler's result is the result of the call.
     *
     * @return calls the listeners; null if there is nothing to publish
     */
    @Nullable
    Runnable succeeded() {
        return tryBeginEnd() ? settleSucceeded() : null;
    }

    /** Counts as {@link #succeeded()} does, after {@link #tryBeginEnd()}. */
    @Nullable
    Runnable settleSucceeded() {
        call = null;
        fallback.countRecovered(age != null);
        markSettled();
        return fallback.recoveredEvent(shown, age);
    }

    /**
     * Counts that the handler failed. A handler that fails with the failure it was given leaves the call unchanged.
     * Another exception is not modified: it may be a constant, or wrap the failure.
     *
     * @return calls the listeners; null if there is nothing to publish
     */
    @Nullable
    Runnable failed(Throwable second) {
        return tryBeginEnd() ? settleFailed(second) : null;
    }

    /** Counts as {@link #failed} does, after {@link #tryBeginEnd()}. */
    @Nullable
    Runnable settleFailed(Throwable second) {
        boolean unchanged = second == failure || second == shown;
        call = null;
        if (unchanged) {
            fallback.countPassed();
        } else {
            fallback.countFailed();
        }
        markSettled();
        return unchanged ? null : fallback.failedEvent(shown, second);
    }

    /**
     * Counts that no caller waits for the handler's result any longer, unless it is known.
     *
     * @param exceeded whether a time limit was exceeded
     */
    void abandoned(boolean exceeded) {
        if (tryEnd()) {
            countAbandoned(exceeded);
        }
    }

    /** Counts as {@link #abandoned} does, after {@link #tryBeginEnd()}. */
    void settleAbandoned(boolean exceeded) {
        try {
            countAbandoned(exceeded);
        } finally {
            markSettled();
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        countAbandoned(exceeded);
    }

    /** A stream that its subscriber cancels counts by its first element. */
    private void countAbandoned(boolean exceeded) {
        Stream stream = call instanceof Stream left ? left : null;
        call = null;
        if (exceeded || stream == null || !AdaptedCall.hasDelivered(stream.call)) {
            fallback.countPassed();
            return;
        }
        fallback.countRecovered(age != null);
        Runnable event = fallback.recoveredEvent(shown, age);
        if (event != null) {
            stream.context.runAnyway(event);
        }
    }
}
