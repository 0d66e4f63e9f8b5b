package io.netrun.resilience.spring.aop;

import io.netrun.resilience.Deadline;
import java.util.concurrent.CancellationException;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;

/**
 * Rolls back the transaction of a call that was abandoned while it ran. Such a call ends with an
 * {@link InterruptedException}, which is checked, or normally if it ignores the interrupt; Spring would commit in both
 * cases. This advice is placed directly inside the transaction and ends it with an unchecked exception.
 */
final class GivenUpTransaction implements MethodInterceptor {

    /** By name, since the class is in an optional library. */
    private static final String TRANSACTION = "org.springframework.transaction.interceptor.TransactionInterceptor";

    private static final GivenUpTransaction INSTANCE = new GivenUpTransaction();

    /** The scope of a call whose transaction is about to begin; null within the transaction. */
    private static final ThreadLocal<@Nullable Deadline> ENTERED = new ThreadLocal<>();

    /**
     * Stands right outside of the transaction. To begin one may take long, as where connections are scarce: a limit
     * that is exceeded meanwhile leaves no scope that could be asked for afterwards.
     */
    private static final MethodInterceptor ENTRY = GivenUpTransaction::enter;

    private GivenUpTransaction() {}

    /** Adds this advice inside each transaction of a proxy and of the proxies that it wraps. */
    static void putInto(Advised proxy) {
        Object each = proxy;
        while (each instanceof Advised advised) {
            if (!advised.isFrozen()) {
                putWithinTransactionsOf(advised);
            }
            each = AdvisedProxies.targetOf(advised);
        }
    }

    private static void putWithinTransactionsOf(Advised proxy) {
        Advisor[] advisors = proxy.getAdvisors();
        for (int i = advisors.length - 1; i >= 0; i--) {
            boolean there = i + 1 < advisors.length && advisors[i + 1].getAdvice() == INSTANCE;
            if (!there && AdvisedProxies.isAdvice(advisors[i], TRANSACTION)) {
                proxy.addAdvice(i + 1, INSTANCE);
                proxy.addAdvice(i, ENTRY);
            }
        }
    }

    private static @Nullable Object enter(MethodInvocation invocation) throws Throwable {
        Deadline around = ENTERED.get();
        ENTERED.set(Deadline.current());
        try {
            return invocation.proceed();
        } finally {
            restore(around);
        }
    }

    private static void restore(@Nullable Deadline around) {
        if (around == null) {
            ENTERED.remove();
        } else {
            ENTERED.set(around);
        }
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Deadline entered = ENTERED.get();
        ENTERED.remove();
        Deadline scope = entered == null ? Deadline.current() : entered;
        if (scope == Deadline.NONE) {
            return invocation.proceed();
        }
        if (scope.isOver()) {
            throw givenUp(scope, null);
        }
        Object result;
        try {
            result = invocation.proceed();
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable checked) {
            if (scope.isOver()) {
                throw givenUp(scope, checked);
            }
            throw checked;
        }
        if (scope.isOver()) {
            throw givenUp(scope, null);
        }
        return result;
    }

    private static CancellationException givenUp(Deadline scope, @Nullable Throwable cause) {
        String limit = scope.exceededLimit();
        CancellationException givenUp = new CancellationException(
                "the call was given up" + (limit == null ? "" : " by " + limit) + ": its transaction is rolled back");
        if (cause != null) {
            givenUp.initCause(cause);
        }
        return givenUp;
    }
}
