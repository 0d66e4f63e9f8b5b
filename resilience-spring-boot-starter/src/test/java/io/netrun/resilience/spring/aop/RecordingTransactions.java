package io.netrun.resilience.spring.aop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Transactions of nothing, which keep what became of them. */
final class RecordingTransactions extends AbstractPlatformTransactionManager {

    private static final long serialVersionUID = 1L;

    private final transient List<String> log = new CopyOnWriteArrayList<>();
    private transient volatile Runnable onBegin = () -> {};

    /** What the beginning of a transaction waits for, such as a connection. */
    void onBegin(Runnable action) {
        onBegin = action;
    }

    /** Each {@code begin}, {@code commit} and {@code rollback} so far, in their order. */
    List<String> log() {
        return List.copyOf(log);
    }

    /** The same without the beginnings. */
    List<String> ends() {
        return log.stream().filter(each -> !each.equals("begin")).toList();
    }

    @Override
    protected Object doGetTransaction() {
        return new Object();
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        log.add("begin");
        onBegin.run();
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        log.add("commit");
    }

    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        log.add("rollback");
    }
}
