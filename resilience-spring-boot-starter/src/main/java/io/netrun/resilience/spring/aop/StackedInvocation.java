package io.netrun.resilience.spring.aop;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/**
 * A protected call of a proxy whose own target differs from call to call, as with a {@code HotSwappableTargetSource}.
 * That target can be a protected bean itself, which is known only once the call reaches it: the call is marked on its
 * thread, and the protection of that bean lets a marked call pass.
 */
final class StackedInvocation implements ProxyMethodInvocation {

    private static final ThreadLocal<@Nullable StackedInvocation> CURRENT = new ThreadLocal<>();

    /** Whether there has been such a call: most applications have none, and need not look for marks. */
    private static volatile boolean used;

    private final ProxyMethodInvocation call;

    private StackedInvocation(ProxyMethodInvocation call) {
        this.call = call;
    }

    /** Marks a call that the target may protect as well. */
    static MethodInvocation mark(MethodInvocation invocation) {
        if (!(invocation instanceof ProxyMethodInvocation call)) {
            return invocation;
        }
        used = true;
        return new StackedInvocation(call);
    }

    /** Whether an outer proxy has protected this call already. True once for each of its attempts. */
    static boolean tryPass(MethodInvocation invocation) {
        if (!used) {
            return false;
        }
        StackedInvocation outer = CURRENT.get();
        if (outer == null || !outer.isSame(invocation)) {
            return false;
        }
        CURRENT.remove();
        return true;
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
            if (around == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(around);
            }
        }
    }

    @Override
    public MethodInvocation invocableClone() {
        return new StackedInvocation((ProxyMethodInvocation) call.invocableClone());
    }

    @Override
    public MethodInvocation invocableClone(@Nullable Object... arguments) {
        return new StackedInvocation((ProxyMethodInvocation) call.invocableClone(arguments));
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
}
