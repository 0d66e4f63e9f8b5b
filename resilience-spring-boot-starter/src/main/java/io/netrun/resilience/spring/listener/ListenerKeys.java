package io.netrun.resilience.spring.listener;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys under {@code resilience.listeners.<id>}, as the configuration metadata names them, so that IDEs complete
 * them. They are read by {@link ConfiguredListeners}.
 *
 * @param pauseWhileOpen names of the circuit breakers; the container is paused while the circuit of one of them is open
 */
record ListenerKeys(@Nullable List<String> pauseWhileOpen) {}
