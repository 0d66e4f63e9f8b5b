package io.netrun.resilience.spring.pattern;

import org.jspecify.annotations.Nullable;

/** A call that has its own fallback. */
public interface RecoverableCall {

    /**
     * Recovers the failed call.
     *
     * @throws Throwable the failure itself if it is not recovered, or what the fallback threw
     */
    @Nullable
    Object recover(Throwable failure) throws Throwable;
}
