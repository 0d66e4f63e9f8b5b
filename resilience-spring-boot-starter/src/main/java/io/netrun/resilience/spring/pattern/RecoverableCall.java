package io.netrun.resilience.spring.pattern;

import org.jspecify.annotations.Nullable;

/** A call that knows what may take its place when it has failed. */
public interface RecoverableCall {

    /**
     * What takes its place.
     *
     * @throws Throwable the failure itself if nothing does, or what the attempt threw
     */
    @Nullable
    Object recover(Throwable failure) throws Throwable;
}
