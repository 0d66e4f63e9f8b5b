package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows and cancels stages that were created outside of this library. Their methods are foreign code: they may throw,
 * may be unsupported, or may do nothing.
 *
 * @apiNote For authors of policies.
 */
public final class ForeignStage {

    private static final Logger log = LoggerFactory.getLogger(ForeignStage.class);

    /** Created with the class, since there may be no memory later. */
    private static final LateCancels<CompletableFuture<?>> LATE =
            new LateCancels<>(future -> tryCancel(future, true), ForeignStage::isOver);

    private static final LateCancels<CompletableFuture<?>> LATE_WITHOUT_INTERRUPT =
            new LateCancels<>(future -> tryCancel(future, false), ForeignStage::isOver);

    /** What {@link #resultNow} returns for a future without a result. */
    public static final Object NO_RESULT = new Object();

    private ForeignStage() {}

    /**
     * Marks a stage that represents something other than a stage, such as a subscription: it fails with exactly what
     * its source reported, a {@link java.util.concurrent.CompletionException} included.
     */
    public interface AsReported {}

    /**
     * Calls back when a stage has ended, immediately if it already has. This is the only method that removes the
     * {@link java.util.concurrent.CompletionException} that a foreign stage wraps around its failure.
     *
     * @param callback receives the result or the failure. What it throws is lost, so it must settle everything before
     *     it calls foreign code, and should not throw
     * @throws RuntimeException what the stage throws instead of accepting the callback
     */
    public static <T extends @Nullable Object> void onEnd(
            CompletionStage<T> stage, BiFunction<? super T, @Nullable Throwable, ?> callback) {
        onEndAsIs(
                stage,
                isAsReported(stage)
                        ? callback
                        : (value, failure) -> callback.apply(value, failure == null ? null : unwrapped(failure)));
    }

    /**
     * Calls back as {@link #onEnd} does, but with the failure as the stage reports it; {@link #thrownBy} unwraps it.
     * For callbacks that know their stage, which saves an object.
     *
     * @throws RuntimeException what the stage throws instead of accepting the callback
     */
    public static <T extends @Nullable Object> void onEndAsIs(
            CompletionStage<T> stage, BiFunction<? super T, @Nullable Throwable, ?> callback) {
        if (stage instanceof CallFuture<T> own) {
            if (own.tryFollow(callback)) {
                return;
            }
            own.offerLateResults(callback);
        }
        // Not whenComplete: its stage would record an exception with a stack trace for every failure, which nobody
        // reads.
        if (stage.getClass() == CompletableFuture.class || isAsReported(stage)) {
            stage.handle(callback);
        } else {
            new FirstEnd<T>(callback).follow(stage);
        }
    }

    /**
     * What a foreign stage reports first: it may call back more than once, and also after its {@code handle} has
     * thrown.
     */
    private static final class FirstEnd<T extends @Nullable Object>
            implements BiFunction<T, @Nullable Throwable, @Nullable Object> {

        /** Holds null once it is called, or never will be. */
        private final AtomicReference<@Nullable BiFunction<? super T, @Nullable Throwable, ?>> callback;

        FirstEnd(BiFunction<? super T, @Nullable Throwable, ?> callback) {
            this.callback = new AtomicReference<>(callback);
        }

        void follow(CompletionStage<T> stage) {
            try {
                stage.handle(this);
            } catch (Throwable thrown) {
                if (callback.getAndSet(null) != null) {
                    throw thrown;
                }
                SafeLog.error(log, "A stage threw after it had called back", thrown);
            }
        }

        @Override
        public @Nullable Object apply(T value, @Nullable Throwable failure) {
            BiFunction<? super T, @Nullable Throwable, ?> first = callback.getAndSet(null);
            return first == null ? null : first.apply(value, failure);
        }
    }

    /** Returns what was thrown if a stage reports a failure; null for none. */
    public static @Nullable Throwable thrownBy(@Nullable CompletionStage<?> stage, @Nullable Throwable failure) {
        return failure == null || stage == null || isAsReported(stage) ? failure : unwrapped(failure);
    }

    /** Returns the failure itself if its cause cannot be read, so that the end of a stage is never lost. */
    private static Throwable unwrapped(Throwable failure) {
        try {
            return ExceptionFilter.ofStage(failure);
        } catch (Throwable unreadable) {
            return failure;
        }
    }

    /**
     * Returns whether a stage fails with exactly what was thrown: it is one of ours, so its failure is already
     * unwrapped.
     */
    private static boolean isAsReported(CompletionStage<?> stage) {
        return stage.getClass() != CompletableFuture.class
                && (stage instanceof CallFuture<?> || stage instanceof Follower<?> || stage instanceof AsReported);
    }

    /** Returns the future of a body. If it has already failed, the future has failed with what was thrown. */
    static <T extends @Nullable Object> CompletableFuture<T> ofBody(CompletionStage<T> stage) {
        CompletableFuture<T> future = asFuture(stage);
        if (isAsReported(future) || !hasFailed(future)) {
            return future;
        }
        Throwable failure = future.handle((value, thrown) -> thrown).getNow(null); // it may not have ended after all
        Throwable inside = failure == null ? null : ExceptionFilter.ofStage(failure);
        return inside == null || inside == failure ? future : failed(inside);
    }

    /** A future that throws is followed, and reports its failure then. */
    private static boolean hasFailed(CompletableFuture<?> future) {
        try {
            return future.isCompletedExceptionally();
        } catch (Throwable thrown) {
            return false;
        }
    }

    /** Returns a future of a body that has failed with what was thrown, and is not unwrapped again. */
    static <T extends @Nullable Object> CompletableFuture<T> failed(Throwable thrown) {
        Failed<T> future = new Failed<>();
        future.completeExceptionally(thrown);
        return future;
    }

    /**
     * Ends a future that a call waits for and that nobody else ends, also if memory runs out meanwhile: the calling
     * thread then retries until there is memory. Dependents that fail are passed over.
     *
     * @param value the result, which may be null for a call without one; ignored if there is a failure
     * @return false if the future had ended before
     */
    @SuppressWarnings("NullAway") // the result of the future is null if its source has none
    public static <T extends @Nullable Object> boolean end(
            CompletableFuture<T> future, @Nullable T value, @Nullable Throwable failure) {
        boolean ended = future.isDone();
        for (int tries = 0; ; tries++) {
            try {
                boolean ends = failure == null ? future.complete(value) : future.completeExceptionally(failure);
                return ends || (!ended && tries > 0);
            } catch (OutOfMemoryError full) {
                SpinBackoff.awaitMemory(tries); // once it is done, another try runs the dependents that are left
            }
        }
    }

    private static final class Failed<T extends @Nullable Object> extends CompletableFuture<T> implements AsReported {}

    /**
     * Returns whether a call has ended and everything that was held within it is released. Its dependents may not have
     * run yet: another thread runs them, or code of the user before them. A future that throws is not over.
     */
    public static boolean isOver(CompletableFuture<?> future) {
        if (future instanceof CallFuture<?> own) {
            return own.isReleased();
        }
        return isDone(future);
    }

    /**
     * Returns whether a future has ended, so that what is held for it need not wait for its end. A future that throws
     * has not: it is followed.
     */
    public static boolean isDone(CompletableFuture<?> future) {
        try {
            return future.isDone();
        } catch (Throwable thrown) {
            return false;
        }
    }

    /**
     * Returns the result of a future that has ended with one, which may be null. Returns {@link #NO_RESULT} for one
     * that has not ended, has failed, or throws. Does not block.
     */
    public static @Nullable Object resultNow(CompletableFuture<?> future) {
        try {
            return future.isDone() && !future.isCompletedExceptionally() ? future.getNow(null) : NO_RESULT;
        } catch (Throwable thrown) {
            return NO_RESULT;
        }
    }

    /**
     * Cancels a future, with an interrupt of what runs for it. If it is a call of this library that another thread is
     * ending, that thread has released what the call holds when this returns, unless that takes more than a hundred
     * milliseconds. Exceptions are logged. If the heap is full, the future is cancelled as soon as there is memory.
     * Never throws: its callers have something to settle afterwards.
     */
    public static void cancel(CompletableFuture<?> future) {
        cancel(future, true);
    }

    static void cancel(CompletableFuture<?> future, boolean mayInterruptIfRunning) {
        try {
            tryCancel(future, mayInterruptIfRunning);
        } catch (OutOfMemoryError full) {
            addLate(future, mayInterruptIfRunning);
        } catch (Throwable thrown) {
            SafeLog.error(log, "Cancelling a future failed; its call may continue", thrown);
        }
    }

    private static void addLate(CompletableFuture<?> future, boolean mayInterruptIfRunning) {
        try {
            (mayInterruptIfRunning ? LATE : LATE_WITHOUT_INTERRUPT).add(future);
        } catch (Throwable outOfMemory) {
            // What the caller releases next matters more.
        }
    }

    /** Cancels a future on a worker, as soon as there is memory. Allocates nothing. */
    static void cancelLater(CompletableFuture<?> future) {
        LATE.add(future);
    }

    /** Cancels a future; throws what its {@code cancel} throws. */
    private static void tryCancel(CompletableFuture<?> future, boolean mayInterruptIfRunning) {
        if (future instanceof CallFuture<?> own) {
            own.cancelWithin(mayInterruptIfRunning);
        } else {
            future.cancel(mayInterruptIfRunning);
        }
    }

    /**
     * Returns the stage as a future: itself if it is a future that can be queried, otherwise a future that ends when
     * the stage ends. Cancelling the latter cancels the stage's own future, if there is one, and otherwise has no
     * effect: the call runs until its stage ends.
     */
    public static <T extends @Nullable Object> CompletableFuture<T> asFuture(CompletionStage<T> stage) {
        if (stage instanceof CompletableFuture<T> future && isWhole(future)) {
            return future;
        }
        return new Follower<>(stage).follow();
    }

    /** A {@linkplain CompletableFuture#minimalCompletionStage() minimal stage} is a future that supports no queries. */
    @SuppressWarnings("ReturnValueIgnored") // called to find out whether it is supported
    private static boolean isWhole(CompletableFuture<?> future) {
        if (future.getClass() == CompletableFuture.class || future instanceof CallFuture<?>) {
            return true;
        }
        try {
            future.isDone();
            return true;
        } catch (UnsupportedOperationException minimal) {
            return false;
        } catch (Throwable thrown) {
            return true;
        }
    }

    /** A future that ends with a stage, and in no other way. */
    private static final class Follower<T extends @Nullable Object> extends CompletableFuture<T> {

        private volatile @Nullable CompletionStage<T> stage;

        Follower(CompletionStage<T> stage) {
            this.stage = stage;
        }

        Follower<T> follow() {
            CompletionStage<T> followed = stage;
            if (followed != null) {
                onEnd(followed, (value, failure) -> {
                    stage = null;
                    return end(this, value, failure);
                });
            }
            return this;
        }

        /** Passes the cancellation on. Returns false, because this future has not ended by it. */
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            CompletionStage<T> followed = stage;
            if (followed != null) {
                try {
                    CompletableFuture<T> own = followed.toCompletableFuture();
                    if (own != null && own != this) {
                        own.cancel(mayInterruptIfRunning);
                    }
                } catch (UnsupportedOperationException optional) {
                    log.debug("A stage without a future of its own cannot be cancelled", optional);
                }
            }
            return isCancelled();
        }
    }
}
