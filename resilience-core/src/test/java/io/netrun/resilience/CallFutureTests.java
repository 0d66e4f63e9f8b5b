package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows a call of this library learns of its end once, however that comes, and in the order of stages. */
class CallFutureTests {

    private static final IllegalStateException DOWN = new IllegalStateException("down");

    private final Call call = new Call();
    private final List<String> log = new CopyOnWriteArrayList<>();

    enum End {
        FINISHED(call -> call.finish("value", null)),
        FAILED(call -> call.fail(DOWN)),
        COMPLETED(call -> call.complete("value")),
        COMPLETED_BY_OTHER(call -> call.completeAsync(() -> "value", Runnable::run)),
        COMPLETED_AT_ITS_LIMIT(call -> call.completeOnTimeout("value", 1, TimeUnit.NANOSECONDS)),
        FAILED_BY_HOLDER(call -> call.completeExceptionally(DOWN)),
        CANCELLED(call -> call.cancel(true)),
        CANCELLED_WITHIN(ForeignStage::cancel),
        OBTRUDED(call -> call.obtrudeValue("value")),
        OBTRUDED_FAILURE(call -> call.obtrudeException(DOWN));

        private final Consumer<Call> action;

        End(Consumer<Call> action) {
            this.action = action;
        }
    }

    @ParameterizedTest
    @EnumSource
    void followerShouldLearnOfEveryEndOnce(End end) {
        CompletableFuture<String> heard = new CompletableFuture<>();
        ForeignStage.onEnd(call, (value, failure) -> {
            note(value, failure);
            return heard.complete("");
        });

        end.action.accept(call);

        assertThat(heard).succeedsWithin(LimitFixture.LONG);
        assertThat(call.isDone()).isTrue();
        call.complete("again");
        call.obtrudeValue("again");
        assertThat(log).containsExactly(endOf(end));
    }

    private static String endOf(End end) {
        return switch (end) {
            case FINISHED, COMPLETED, COMPLETED_BY_OTHER, COMPLETED_AT_ITS_LIMIT, OBTRUDED -> "value";
            case FAILED, FAILED_BY_HOLDER, OBTRUDED_FAILURE -> DOWN.toString();
            case CANCELLED, CANCELLED_WITHIN -> new CancellationException().toString();
        };
    }

    @Test
    void followerShouldBeCalledInTheOrderOfStages() {
        call.thenAccept(value -> log.add("before"));
        ForeignStage.onEnd(call, (value, failure) -> log.add("first"));
        ForeignStage.onEnd(call, (value, failure) -> log.add("second"));
        call.thenAccept(value -> log.add("after"));

        call.finish("value", null);

        // As of any future of the JDK: the last that was attached is called first.
        assertThat(log).containsExactly("after", "second", "first", "before");
    }

    @Test
    void loneFollowerShouldBeCalledAfterLaterStages() {
        ForeignStage.onEnd(call, (value, failure) -> log.add("follower"));
        call.thenAccept(value -> log.add("after"));

        call.finish("value", null);

        assertThat(log).containsExactly("after", "follower");
    }

    @Test
    void followerOfAnEndedCallShouldBeCalledAtOnce() {
        call.fail(DOWN);

        ForeignStage.onEnd(call, (value, failure) -> note(value, failure));

        assertThat(log).containsExactly(DOWN.toString());
    }

    @Test
    void followerThatThrowsShouldHarmNobody() {
        ForeignStage.onEnd(call, (value, failure) -> {
            throw DOWN;
        });

        assertThatCode(() -> call.finish("value", null)).doesNotThrowAnyException();
        assertThat(call).isCompletedWithValue("value");
    }

    private boolean note(@Nullable String value, @Nullable Throwable failure) {
        return log.add(failure == null ? String.valueOf(value) : failure.toString());
    }

    /** A call that holds nothing. */
    private static final class Call extends CallFuture<String> {

        @Override
        protected void stop() {
            // Nothing is held.
        }
    }
}
