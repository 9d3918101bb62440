// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// An ERC-20 of any name, symbol and decimals, which anybody mints.
contract Coin is ERC20 {
  uint8 private immutable places;

  constructor(string memory name_, string memory symbol_, uint8 decimals_) ERC20(name_, symbol_) {
    places = decimals_;
  }

  function decimals() public view override returns (uint8) {
    return places;
  }

  function mint(address to, uint256 amount) external {
    _mint(to, amount);
  }

  function burn(uint256 amount) external {
    _burn(msg.sender, amount);
  }

  /// `count` mints of 1, 2, 3 … base units to one account, each with its own log.
  function spray(address to, uint256 count) external {
    for (uint256 i = 1; i <= count; ++i) _mint(to, i);
  }
}

/// Keeps 1 % of what is sent: the log of the recipient says what arrived, another one what the collector took.
contract FeeCoin is Coin {
  address public immutable collector;

  constructor(address collector_) Coin("Fee Coin", "FEE", 18) {
    collector = collector_;
  }

  function _transfer(address from, address to, uint256 amount) internal override {
    uint256 fee = amount / 100;
    super._transfer(from, collector, fee);
    super._transfer(from, to, amount - fee);
  }
}

/// Keeps 1 % of what is sent, and its log says that all of it arrived.
contract SilentFeeCoin is Coin {
  mapping(address => uint256) private taken;

  constructor() Coin("Silent Fee Coin", "SFEE", 18) {}

  function balanceOf(address who) public view override returns (uint256) {
    return super.balanceOf(who) - taken[who];
  }

  function _transfer(address from, address to, uint256 amount) internal override {
    super._transfer(from, to, amount);
    taken[to] += amount / 100;
  }
}

/// Balances are shares of a total that moves without any log, as a staking token's do.
contract RebasingCoin {
  string public constant name = "Rebasing Coin";
  string public constant symbol = "REB";
  uint8 public constant decimals = 18;
  uint256 public totalSupply;
  uint256 public totalShares;
  mapping(address => uint256) public sharesOf;

  event Transfer(address indexed from, address indexed to, uint256 value);

  function balanceOf(address who) public view returns (uint256) {
    return totalShares == 0 ? 0 : (sharesOf[who] * totalSupply) / totalShares;
  }

  function getSharesByPooledEth(uint256 amount) public view returns (uint256) {
    return totalSupply == 0 ? amount : (amount * totalShares) / totalSupply;
  }

  function mint(address to, uint256 amount) external {
    uint256 shares = getSharesByPooledEth(amount);
    totalShares += shares;
    totalSupply += amount;
    sharesOf[to] += shares;
    emit Transfer(address(0), to, amount);
  }

  function transfer(address to, uint256 amount) external returns (bool) {
    uint256 shares = getSharesByPooledEth(amount);
    sharesOf[msg.sender] -= shares;
    sharesOf[to] += shares;
    emit Transfer(msg.sender, to, amount);
    return true;
  }

  function rebase(uint256 newTotal) external {
    totalSupply = newTotal;
  }
}

/// A stock token: what an account sees is its raw amount times a multiplier, which dividends and splits move.
contract StockCoin {
  string public name;
  string public symbol;
  uint8 public constant decimals = 18;
  uint256 public multiplier = 1e18;
  uint256 private rawSupply;
  mapping(address => uint256) public rawBalanceOf;

  event Transfer(address indexed from, address indexed to, uint256 value);

  constructor(string memory name_, string memory symbol_) {
    name = name_;
    symbol = symbol_;
  }

  function totalSupply() external view returns (uint256) {
    return (rawSupply * multiplier) / 1e18;
  }

  function balanceOf(address who) public view returns (uint256) {
    return (rawBalanceOf[who] * multiplier) / 1e18;
  }

  function mint(address to, uint256 amount) external {
    uint256 raw = (amount * 1e18) / multiplier;
    rawSupply += raw;
    rawBalanceOf[to] += raw;
    emit Transfer(address(0), to, amount);
  }

  function transfer(address to, uint256 amount) external returns (bool) {
    uint256 raw = (amount * 1e18) / multiplier;
    rawBalanceOf[msg.sender] -= raw;
    rawBalanceOf[to] += raw;
    emit Transfer(msg.sender, to, amount);
    return true;
  }

  function setMultiplier(uint256 value) external {
    multiplier = value;
  }
}

/// A vault that gives shares for what goes in.
contract Savings is ERC4626 {
  constructor(IERC20 asset_) ERC20("Savings", "SAVE") ERC4626(asset_) {}
}

contract Picture is ERC721 {
  constructor() ERC721("Picture", "PIC") {}

  function mint(address to, uint256 id) external {
    _mint(to, id);
  }
}

/// Sells pictures as they are made, for any price.
contract PictureShop is Picture {
  function buy(uint256 id) external payable {
    _mint(msg.sender, id);
  }
}

contract Items is ERC1155 {
  constructor() ERC1155("") {}

  function mint(address to, uint256 id, uint256 amount) external {
    _mint(to, id, amount, "");
  }

  function mintBatch(address to, uint256[] memory ids, uint256[] memory amounts) external {
    _mintBatch(to, ids, amounts, "");
  }
}
