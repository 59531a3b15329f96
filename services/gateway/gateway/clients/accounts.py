"""What the gateway asks accounts."""

from lineup.context import Actor
from lineup.contracts import accounts
from lineup.contracts.paging import Page
from lineup.rpc import Remote, ServiceClient
from lineup.verbs import Done


class AccountsClient(ServiceClient):
    """Logins, the account tree, customers and users."""

    service = "accounts"

    sign_in = Remote(accounts.SignIn, accounts.SignedIn)
    identify = Remote(accounts.Identify, Actor)
    sign_out = Remote(accounts.SignOut, Done)
    find_company = Remote(accounts.FindCompany, accounts.CompanyFound)

    create_account = Remote(accounts.CreateAccount, accounts.AccountView)
    get_account = Remote(accounts.GetAccount, accounts.AccountView)
    list_accounts = Remote(accounts.ListAccounts, Page[accounts.AccountView])
    set_account_state = Remote(accounts.SetAccountState, accounts.AccountView)
    update_account = Remote(accounts.UpdateAccount, accounts.AccountView)
    count_account = Remote(accounts.CountAccount, accounts.AccountCounts)
    delete_account = Remote(accounts.DeleteAccount, accounts.AccountJobView)
    move_customer = Remote(accounts.MoveCustomer, accounts.CustomerView)
    move_customers = Remote(accounts.MoveCustomers, accounts.AccountJobView)
    get_account_job = Remote(accounts.GetAccountJob, accounts.AccountJobView)
    list_account_jobs = Remote(accounts.ListAccountJobs, Page[accounts.AccountJobView])

    create_staff = Remote(accounts.CreateStaff, accounts.LoginView)
    list_logins = Remote(accounts.ListLogins, Page[accounts.LoginView])
    set_login_state = Remote(accounts.SetLoginState, accounts.LoginView)
    reset_password = Remote(accounts.ResetPassword, Done)
    change_password = Remote(accounts.ChangePassword, Done)
    set_time_zone = Remote(accounts.SetTimeZone, Done)
    list_sessions = Remote(accounts.ListSessions, Page[accounts.SessionView])
    end_session = Remote(accounts.EndSession, Done)
    enter_account = Remote(accounts.EnterAccount, accounts.SignedIn)

    create_customer = Remote(accounts.CreateCustomer, accounts.CreatedCustomer)
    update_customer = Remote(accounts.UpdateCustomer, accounts.CustomerView)
    get_customer = Remote(accounts.GetCustomer, accounts.CustomerView)
    list_customers = Remote(accounts.ListCustomers, Page[accounts.CustomerView])
    delete_customer = Remote(accounts.DeleteCustomer, Done)

    count_customers = Remote(accounts.CountCustomers, accounts.CustomerCounts)
    switch_customer = Remote(accounts.SwitchCustomer, accounts.CustomerView)
    get_player_settings = Remote(accounts.GetPlayerSettings, accounts.PlayerSettings)

    create_group = Remote(accounts.CreateCustomerGroup, accounts.CustomerGroupView)
    rename_group = Remote(accounts.RenameCustomerGroup, accounts.CustomerGroupView)
    delete_group = Remote(accounts.DeleteCustomerGroup, Done)
    get_group = Remote(accounts.GetCustomerGroup, accounts.CustomerGroupView)
    list_groups = Remote(accounts.ListCustomerGroups, Page[accounts.CustomerGroupView])

    create_user = Remote(accounts.CreateUser, accounts.UserView)
    get_user = Remote(accounts.GetUser, accounts.UserView)
    list_users = Remote(accounts.ListUsers, Page[accounts.UserView])
    rename_user = Remote(accounts.RenameUser, accounts.UserView)
    delete_user = Remote(accounts.DeleteUser, Done)

    add_device = Remote(accounts.AddDevice, accounts.DeviceView)
    change_device = Remote(accounts.ChangeDevice, accounts.DeviceView)
    remove_device = Remote(accounts.RemoveDevice, Done)
    get_device = Remote(accounts.GetDevice, accounts.DeviceView)
    list_devices = Remote(accounts.ListDevices, Page[accounts.DeviceView])
