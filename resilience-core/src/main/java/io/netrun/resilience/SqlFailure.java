package io.netrun.resilience;

import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the SQL states of a failure: of the {@link SQLException}s, or the exceptions of R2DBC and Hibernate, that are
 * the failure itself or among its causes, and of the exceptions that are chained to them.
 */
final class SqlFailure {

    private static final ClassValue<List<Method>> STATE = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            for (String name : List.of("getSqlState", "getSQLState")) {
                Method method = NamedMethods.find(type, name);
                if (method != null && method.getReturnType() == String.class) {
                    return List.of(method);
                }
            }
            return List.of();
        }
    };

    private SqlFailure() {}

    /** Returns whether a failure, or one of its causes, has an SQL state that begins with a text. */
    static boolean hasState(Throwable failure, String prefix) {
        int depth = 0;
        for (@Nullable Throwable t = failure;
                t != null && depth < ExceptionFilter.MAX_DEPTH;
                t = ExceptionFilter.causeOf(t), depth++) {
            if (hasOwnState(t, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasOwnState(Throwable failure, String prefix) {
        try {
            if (failure instanceof SQLException ofDriver) {
                return isChainWith(ofDriver, prefix);
            }
        } catch (NoClassDefFoundError noSql) {
            // A runtime without the module java.sql has no failure of that class.
        } catch (Throwable unreadable) {
            return false; // overridden methods of the failure
        }
        List<Method> state = STATE.get(failure.getClass());
        return !state.isEmpty()
                && NamedMethods.call(state.get(0), failure) instanceof String text
                && text.startsWith(prefix);
    }

    /** The driver of a failed batch has the state that matters in the next exception. */
    private static boolean isChainWith(SQLException first, String prefix) {
        int depth = 0;
        for (@Nullable SQLException each = first;
                each != null && depth < ExceptionFilter.MAX_DEPTH;
                each = each.getNextException(), depth++) {
            String state = each.getSQLState();
            if (state != null && state.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
