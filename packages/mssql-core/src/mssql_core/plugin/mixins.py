"""Access from a mixin to the plugin that supplied it."""

from typing import Any


def own_plugin(mixin: type, component: Any) -> Any:
    """The plugin object that supplied the mixin, and with it the plugin's options.

    It is called as ``super`` is, from a method of the mixin::

        class Signed:
            def runshell(self, parameters):
                super().runshell([*parameters, "-H", own_plugin(Signed, self).host])

    Classes are shared by all connection objects of the process, while each of these has plugin objects of its own:
    an option has no place in the mixin's class.

    :param mixin: the class that the hook ``mssql_mixins`` returns, or one that it inherits from.
    :param component: the component that it is mixed into: client, creation, introspection, operations, schema editor
        or validation.
    :raises LookupError: no plugin of the connection brought the mixin.
    """
    for known, plugin in component.connection.mixin_plugins:
        if issubclass(known, mixin):
            return plugin
    raise LookupError(
        "No plugin of DATABASES[%r] returns %s from mssql_mixins." % (component.connection.alias, mixin.__qualname__)
    )
