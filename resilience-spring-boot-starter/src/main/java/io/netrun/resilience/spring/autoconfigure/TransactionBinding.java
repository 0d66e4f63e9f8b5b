package io.netrun.resilience.spring.autoconfigure;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What Spring's transaction infrastructure binds to a thread: a transaction, a synchronization without one, as with
 * {@code SUPPORTS}, or a resource alone, such as the session that open-in-view holds for the request, or a JMS session.
 */
final class TransactionBinding implements ThreadBinding {

    @Override
    public boolean isBound() {
        return TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.getResourceMap().isEmpty();
    }
}
