package io.netrun.resilience.spring.listener;

/** A container that delivers messages to a listener, whatever its broker. Its methods are foreign code. */
public interface ListenerContainer {

    /** Returns the container itself, by which it is recognized. */
    Object target();

    /** Returns whether it delivers messages: it is started and not paused. */
    boolean isDelivering();

    /** Returns whether {@link #resume()} would make it deliver messages. */
    boolean isPaused();

    /** Pauses it. May take until the messages that it is delivering are processed. */
    void pause();

    /** Resumes it. */
    void resume();
}
