package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where stages that are not ours are followed and cancelled. Their methods are code of others: they may
 * throw, may be missing, or may do nothing. For authors of policies.
 */
public final class ForeignStage {

    private static final Logger log = LoggerFactory.getLogger(ForeignStage.class);

    private ForeignStage() {}

    /**
     * A stage that is followed and is no stage by nature, such as a subscription: what it fails with is what its source
     * reported, a {@link java.util.concurrent.CompletionException} included.
     */
    public interface AsReported {}

    /**
     * Calls back when a stage has ended, at once if it has already. Here, and nowhere else, the
     * {@link java.util.concurrent.CompletionException} is taken off that a stage of others puts around its failure.
     *
     * @param callback gets the result or the failure; what it throws is lost, so it settles first and throws nothing
     * @throws RuntimeException what the stage throws instead of taking the callback
     */
    public static <T extends @Nullable Object> void onEnd(
            CompletionStage<T> stage, BiFunction<? super T, @Nullable Throwable, ?> callback) {
        if (stage instanceof CallFuture<T> own && own.tryFollow(callback)) {
            return;
        }
        // Not whenComplete: its stage would get an exception with a stack trace for every failure, which nobody reads.
        stage.handle(
                isAsReported(stage)
                        ? callback
                        : (value, failure) ->
                                callback.apply(value, failure == null ? null : ExceptionFilter.ofStage(failure)));
    }

    /** Whether a stage fails with what was thrown: one of ours, whose failure has been looked at before. */
    private static boolean isAsReported(CompletionStage<?> stage) {
        return stage instanceof CallFuture<?> || stage instanceof Follower<?> || stage instanceof AsReported;
    }

    /** The future of a body, which has failed with what was thrown if it has failed already. */
    static <T extends @Nullable Object> CompletableFuture<T> ofBody(CompletionStage<T> stage) {
        CompletableFuture<T> future = asFuture(stage);
        if (isAsReported(future) || !future.isCompletedExceptionally()) {
            return future;
        }
        Throwable failure = future.handle((value, thrown) -> thrown).join();
        Throwable inside = failure == null ? null : ExceptionFilter.ofStage(failure);
        return inside == null || inside == failure ? future : failed(inside);
    }

    /** The future of a body that has failed with what was thrown, from which nothing more is taken off. */
    static <T extends @Nullable Object> CompletableFuture<T> failed(Throwable thrown) {
        Failed<T> future = new Failed<>();
        future.completeExceptionally(thrown);
        return future;
    }

    private static final class Failed<T extends @Nullable Object> extends CompletableFuture<T> implements AsReported {}

    /** Cancels a future, with an interrupt of what runs for it; what that throws is logged. */
    public static void cancel(CompletableFuture<?> future) {
        cancel(future, true);
    }

    static void cancel(CompletableFuture<?> future, boolean mayInterruptIfRunning) {
        try {
            if (future instanceof CallFuture<?> own) {
                own.cancelWithin(mayInterruptIfRunning);
            } else {
                future.cancel(mayInterruptIfRunning);
            }
        } catch (Throwable thrown) {
            SafeLog.error(log, "Cancelling a future failed; its call may continue", thrown);
        }
    }

    /**
     * The stage as a future: itself, if it is one that can be asked for its state, otherwise one that ends when the
     * stage ends. Cancelling the latter is passed on to the stage's own future, if it has one, and otherwise does
     * nothing: the call runs until its stage ends, whatever its caller does.
     */
    public static <T extends @Nullable Object> CompletableFuture<T> asFuture(CompletionStage<T> stage) {
        if (stage instanceof CompletableFuture<T> future && isWhole(future)) {
            return future;
        }
        return new Follower<>(stage).follow();
    }

    /**
     * A {@linkplain CompletableFuture#minimalCompletionStage() minimal stage} is a future that cannot be asked
     * anything.
     */
    @SuppressWarnings("ReturnValueIgnored") // asked for whether it answers
    private static boolean isWhole(CompletableFuture<?> future) {
        if (future.getClass() == CompletableFuture.class || future instanceof CallFuture<?>) {
            return true;
        }
        try {
            future.isDone();
            return true;
        } catch (UnsupportedOperationException minimal) {
            return false;
        }
    }

    /** Ends with a stage, and in no other way. */
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
                    return failure == null ? complete(value) : completeExceptionally(failure);
                });
            }
            return this;
        }

        /** Passes the wish on; false, since nothing has ended by it here. */
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
