package io.netrun.resilience.spring.aop;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;

/**
 * A protected call of a proxy whose own target differs from call to call, as with a {@code HotSwappableTargetSource}.
 * That target can be a protected bean itself, which is known only once the call reaches it: the call is marked on its
 * thread, {@link HandOver} notes the target, and the protection of that bean lets the call pass. Calls of other beans
 * on the way, even of the same method with the same arguments, are protected as ever.
 */
final class StackedInvocation implements ProxyMethodInvocation {

    private static final ThreadLocal<@Nullable StackedInvocation> CURRENT = new ThreadLocal<>();

    /** Whether there has been such a call: most applications have none, and need not look for marks. */
    private static volatile boolean used;

    /** The protected proxy that the marked call of this thread is about to reach. */
    private static final ThreadLocal<@Nullable Object> REACHED = new ThreadLocal<>();

    private final ProxyMethodInvocation call;

    /** False if a proxy that takes no advice is in between, so that the target cannot be noted. */
    private final boolean noting;

    private StackedInvocation(ProxyMethodInvocation call, boolean noting) {
        this.call = call;
        this.noting = noting;
    }

    /** Marks a call that the target may protect as well. */
    static MethodInvocation mark(MethodInvocation invocation, Advised changing) {
        if (!(invocation instanceof ProxyMethodInvocation call)) {
            return invocation;
        }
        used = true;
        return new StackedInvocation(call, HandOver.isIn(changing));
    }

    /** Lets a proxy whose target changes note the target of each marked call. */
    static void prepare(Advised changing) {
        synchronized (changing) {
            if (!changing.isFrozen() && !HandOver.isIn(changing)) {
                changing.addAdvice(HandOver.INSTANCE);
            }
        }
    }

    /** Whether an outer proxy has protected this call already. True once for each of its attempts. */
    static boolean tryPass(MethodInvocation invocation) {
        if (!used) {
            return false;
        }
        Object reached = REACHED.get();
        if (reached != null && invocation instanceof ProxyMethodInvocation inner && inner.getProxy() == reached) {
            REACHED.remove();
            return true;
        }
        StackedInvocation outer = CURRENT.get();
        if (outer == null || outer.noting || !outer.isSame(invocation)) {
            return false;
        }
        CURRENT.remove();
        return true;
    }

    private static <T> void restore(ThreadLocal<@Nullable T> local, @Nullable T value) {
        if (value == null) {
            local.remove();
        } else {
            local.set(value);
        }
    }

    private boolean isSame(MethodInvocation inner) {
        Method called = inner.getMethod();
        Method own = call.getMethod();
        if (!called.getName().equals(own.getName())
                || !Arrays.equals(called.getParameterTypes(), own.getParameterTypes())) {
            return false;
        }
        @Nullable Object[] arguments = inner.getArguments();
        @Nullable Object[] others = call.getArguments();
        for (int i = 0; i < arguments.length; i++) {
            boolean same = called.getParameterTypes()[i].isPrimitive()
                    ? String.valueOf(arguments[i]).equals(String.valueOf(others[i]))
                    : arguments[i] == others[i];
            if (!same) {
                return false;
            }
        }
        return true;
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        StackedInvocation around = CURRENT.get();
        CURRENT.set(this);
        try {
            return call.proceed();
        } finally {
            restore(CURRENT, around);
        }
    }

    @Override
    public MethodInvocation invocableClone() {
        return new StackedInvocation((ProxyMethodInvocation) call.invocableClone(), noting);
    }

    @Override
    public MethodInvocation invocableClone(@Nullable Object... arguments) {
        return new StackedInvocation((ProxyMethodInvocation) call.invocableClone(arguments), noting);
    }

    @Override
    public Object getProxy() {
        return call.getProxy();
    }

    @Override
    public void setArguments(@Nullable Object... arguments) {
        call.setArguments(arguments);
    }

    @Override
    public void setUserAttribute(String key, @Nullable Object value) {
        call.setUserAttribute(key, value);
    }

    @Override
    public @Nullable Object getUserAttribute(String key) {
        return call.getUserAttribute(key);
    }

    @Override
    public Method getMethod() {
        return call.getMethod();
    }

    @Override
    public @Nullable Object[] getArguments() {
        return call.getArguments();
    }

    @Override
    public @Nullable Object getThis() {
        return call.getThis();
    }

    @Override
    public AccessibleObject getStaticPart() {
        return call.getStaticPart();
    }

    /** The last advice of a proxy whose target changes: its target is that of the present call. */
    private static final class HandOver implements MethodInterceptor {

        static final HandOver INSTANCE = new HandOver();

        static boolean isIn(Advised proxy) {
            for (Advisor advisor : proxy.getAdvisors()) {
                if (advisor.getAdvice() == INSTANCE) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            StackedInvocation marked = CURRENT.get();
            if (marked == null || !marked.isSame(invocation)) {
                return invocation.proceed();
            }
            Advised reached = AdvisedProxies.protecting(invocation.getThis());
            Advised next = reached == null ? AdvisedProxies.withChangingTarget(invocation.getThis()) : null;
            if (next != null) {
                prepare(next);
                return invocation.proceed();
            }
            Object former = REACHED.get();
            CURRENT.remove();
            restore(REACHED, reached);
            try {
                return invocation.proceed();
            } finally {
                restore(REACHED, former);
                CURRENT.set(marked);
            }
        }
    }
}
