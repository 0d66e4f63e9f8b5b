/** Listener containers of message brokers that pause while a circuit is open. */
@NullMarked
package io.netrun.resilience.spring.listener;

import org.jspecify.annotations.NullMarked;
